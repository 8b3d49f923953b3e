-- How many people stand behind each value of a compared column. A person who is written down ten times makes a value
-- no more common: so the rest of the description is counted, not rows. Rows without a description count once together.
-- reads: compared (comparison_columns.sql)
with described as (
    select
        *,
        coalesce(first_name_roots[1], '') || '|' || coalesce(family_name, '') as full_name,
        -- Of values that few people share the beginning of the first name is enough, and misspelt least.
        left(first_name_roots[1], 3) as first_name_start
    from compared
),

witnesses as (
    select 'first_name' as name, first_name as value, concat_ws('|', family_name, birth_date) as witness from described
    union all
    select 'family_name', family_name, concat_ws('|', first_name_roots[1], birth_date) from described
    union all
    select 'birth_date', birth_date, first_name_start from described
    union all
    select 'email', email, first_name_start from described
    union all
    select 'email_local_part', email_local_part, first_name_start from described
    union all
    select 'phone', phone, first_name_start from described
    union all
    select 'crm_id', crm_id, first_name_start from described
    union all
    select 'address', address, first_name_start from described
    union all
    select 'home', home, first_name_start from described
    union all
    select 'street', street, full_name from described
    union all
    select 'postcode', postcode, full_name from described
    union all
    select 'city', city, full_name from described
),

final as (
    select name, value, greatest(count(distinct nullif(witness, '')), 1) as people
    from witnesses
    where value is not null
    group by name, value
)

select name, value, people from final
order by name, value
