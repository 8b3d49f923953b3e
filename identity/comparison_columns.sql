-- One row per record: what is compared between records, in one spelling (lower case, no accents, no punctuation).
-- reads: records (RECORDS), name_roots (name, roots)
with cleaned as (
    select
        record_id,
        nullif(trim(regexp_replace(lower(strip_accents(given_name)), '[^\p{L}]+', ' ', 'g')), '') as given_words,
        nullif(trim(regexp_replace(lower(strip_accents(family_name)), '[^\p{L}]+', ' ', 'g')), '') as family_words,
        cast(birth_date as varchar) as birth_date,
        nullif(trim(lower(email)), '') as email,
        nullif(regexp_replace(phone, '[^0-9+]', '', 'g'), '') as phone,
        nullif(trim(regexp_replace(lower(strip_accents(street)), '[^\p{L}0-9]+', ' ', 'g')), '') as street_words,
        nullif(regexp_replace(lower(house_number), '[^a-z0-9]', '', 'g'), '') as house_number,
        nullif(regexp_replace(lower(postcode), '[^a-z0-9]', '', 'g'), '') as postcode,
        nullif(regexp_replace(lower(strip_accents(city)), '[^\p{L}]+', '', 'g'), '') as city,
        user_id,
        loyalty_id,
        crm_id
    from records
),

-- Surname particles are written, left out and put elsewhere at will: "Anna van den Berg", "Berg, A. v.d.".
surname_parts as (
    select
        *,
        list_filter(
            string_split(family_words, ' '),
            lambda part: part not in (
                'van', 'von', 'vom', 'vd', 'v', 'd', 'de', 'der', 'den', 'het', 't', 'te', 'ter', 'ten', 'op', 'in',
                'la', 'le', 'les', 'du', 'des', 'di', 'da', 'do', 'dos', 'del', 'della', 'el', 'al', 'bin', 'ibn',
                'zu', 'zum', 'zur', 'und', 'e', 'y', 'jr', 'sr', 'junior', 'senior'
            )
        ) as family_parts
    from cleaned
),

final as (
    select
        surname_parts.record_id,
        replace(given_words, ' ', '') as given_name,
        split_part(given_words, ' ', 1) as first_name,
        -- Letters that stand where a name stood ("J. R.") are initials.
        coalesce(name_roots.roots, [split_part(given_words, ' ', 1)]) as first_name_roots,
        coalesce(nullif(array_to_string(family_parts, ''), ''), replace(family_words, ' ', '')) as family_name,
        case when len(family_parts) > 1 then family_parts end as family_parts,
        birth_date,
        email,
        case when length(split_part(email, '@', 1)) >= 4 then split_part(email, '@', 1) end as email_local_part,
        phone,
        nullif(replace(regexp_replace(street_words, '\b[0-9]+[a-z]?\b', '', 'g'), ' ', ''), '') as street,
        coalesce(house_number, nullif(regexp_extract(street_words, '\b[0-9]+[a-z]?\b'), '')) as house_number,
        postcode,
        city,
        user_id,
        loyalty_id,
        crm_id
    from surname_parts
    left join name_roots on name_roots.name = split_part(surname_parts.given_words, ' ', 1)
)

select
    *,
    street || ' ' || house_number as address,
    coalesce(postcode || ' ' || house_number, street || ' ' || house_number) as home
from final
order by record_id
