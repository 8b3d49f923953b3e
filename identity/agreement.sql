-- The rules of names.py as macros; they need that of name_sound.sql. Arguments are cleaned texts, or nulls (which agree with everything).
create or replace temp macro first_names_agree(one, other, one_roots, other_roots) as (
    one is null
    or other is null
    or one = other
    or case
        when length(one) = 1 or length(other) = 1 then left(one, 1) = left(other, 1)
        else list_has_any(one_roots, other_roots)
            or (
                least(length(one), length(other)) >= 4
                and (damerau_levenshtein(one, other) <= 1 or name_sound(one) = name_sound(other))
            )
    end
);

create or replace temp macro birth_dates_agree(one, other) as (
    one is null
    or other is null
    or hamming(one, other) <= 2
    or coalesce(abs(date_diff('day', try_cast(one as date), try_cast(other as date))) <= 366, false)
    or (
        left(one, 4) = left(other, 4)
        and (
            right(one, 5) = '01-01'
            or right(other, 5) = '01-01'
            or (substr(one, 6, 2) = right(other, 2) and right(one, 2) = substr(other, 6, 2))
        )
    )
);

-- Two descriptions of a person (struct: first_name, roots, family_name, birth_date, user_id, loyalty_id, crm_id)
-- that may be one person's. A surname speaks only where a first name is missing (surnames change, and who shares an
-- identifier and a first name is rarely two people); accounts speak only where nobody is named.
create or replace temp macro people_agree(one, other) as (
    birth_dates_agree(one.birth_date, other.birth_date)
    and case
        when one.first_name is not null and other.first_name is not null
            then first_names_agree(one.first_name, other.first_name, one.roots, other.roots)
                or (one.first_name = other.family_name and one.family_name = other.first_name)
        when one.family_name is not null and other.family_name is not null
            then jaro_winkler_similarity(one.family_name, other.family_name) >= 0.9
        else (one.user_id is null or other.user_id is null or one.user_id = other.user_id)
            and (one.loyalty_id is null or other.loyalty_id is null or one.loyalty_id = other.loyalty_id)
            and (one.crm_id is null or other.crm_id is null or one.crm_id = other.crm_id)
    end
);
