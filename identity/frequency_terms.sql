-- What each record says about how common its values are: one row per value, with the rest of the description as the
-- witness. A person who is written down ten times makes a value no more common: so witnesses are counted, not rows.
-- Rows without a description (no witness) count once together.
-- reads: compared (comparison_columns.sql, and "place", a number per record)
create or replace temp view frequency_terms as
with described as (
    select
        *,
        coalesce(first_name_roots[1], '') || '|' || coalesce(family_name, '') as full_name,
        -- Of values that few people share the beginning of the first name is enough, and misspelt least.
        left(first_name_roots[1], 3) as first_name_start
    from compared
),

witnesses as (
    select place, 'first_name' as name, first_name as value, concat_ws('|', family_name, birth_date) as witness
    from described
    union all
    select place, 'family_name', family_name, concat_ws('|', first_name_roots[1], birth_date) from described
    union all
    select place, 'birth_date', birth_date, first_name_start from described
    union all
    select place, 'email', email, first_name_start from described
    union all
    select place, 'email_local_part', email_local_part, first_name_start from described
    union all
    select place, 'phone', phone, first_name_start from described
    union all
    select place, 'crm_id', crm_id, first_name_start from described
    union all
    select place, 'address', address, first_name_start from described
    union all
    select place, 'home', home, first_name_start from described
    union all
    select place, 'street', street, full_name from described
    union all
    select place, 'postcode', postcode, full_name from described
    union all
    select place, 'city', city, full_name from described
)

select place, name, value, nullif(witness, '') as witness
from witnesses
where value is not null
