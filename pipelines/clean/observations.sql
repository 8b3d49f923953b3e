-- What each person's records of one export say about each trait, one row a value; what is nobody's is left out.
-- reads: records (RECORDS), members (record_id, profile_id), junk (type, value)
with addressed as (
    select
        *,
        case
            when coalesce(street, house_number, postcode, city) is not null
                then to_json({
                    'street': street, 'house_number': house_number, 'postcode': postcode,
                    'city': city, 'region': region, 'country_code': country_code
                })::varchar
        end as address,
        (street is not null and (postcode is not null or city is not null))::int as address_rank
    from records
),

said as (
    unpivot (
        select
            record_id, source, source_record_id, address_rank,
            given_name, family_name, birth_date::varchar as birth_date, gender, email, phone, address
        from addressed
    )
    on given_name, family_name, birth_date, gender, email, phone, address
    into name trait value value
),

ranked as (
    select
        *,
        case
            when trait = 'address' then address_rank
            -- "A." says less than a name, however often it is said.
            when trait = 'given_name' then (length(regexp_replace(value, '[^\p{L}]', '', 'g')) > 1)::int
            else 0
        end::integer as rank
    from said
    anti join junk on junk.type = said.trait and junk.value = said.value
)

-- The first record stands for all that say the same: only its name tells them apart, and a million may say it.
select
    source, min(source_record_id) as source_record_id, trait, value, '' as message_id, count(*) as observed, rank
from ranked
inner join members using (record_id)
group by profile_id, source, trait, value, rank
order by source, source_record_id, trait, value, rank
