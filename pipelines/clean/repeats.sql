-- Rows that say the same word for word: each row, the first of its group, and its number in the group.
-- reads: records (RECORDS), held (record_id, type, value): all identifiers
with identified as (
    select record_id, list(type || ' ' || value order by type, value) as identifiers
    from held
    group by record_id
),

numbered as (
    select
        record_id,
        min(record_id) over same as first_record_id,
        row_number() over (same order by record_id) as copy,
        -- Two rows that only have a name in common may well be two people.
        identifiers is not null or (given_name is not null and family_name is not null and birth_date is not null)
            as is_telling,
        identifiers is null and coalesce(
            given_name, family_name, birth_date::varchar, gender, street, house_number, postcode, city, region
        ) is null as is_empty
    from records
    left join identified using (record_id)
    window same as (
        partition by
            identifiers, given_name, family_name, birth_date, gender,
            street, house_number, postcode, city, region, country_code
    )
)

select * from numbered
order by record_id
