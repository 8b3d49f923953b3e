-- What each source record said about each trait: one row a value, when it was last said and how often.
-- E-mail addresses and phones come from every event, since a mail tool's events say nothing else about a person.
-- reads: source records and events as removals leave them, resolve_states (IDENTIFIER_STATES)
with addressed as (
    select
        *,
        case
            when coalesce(street, house_number, postcode, city) is not null
                then to_json({{
                    'street': street, 'house_number': house_number, 'postcode': postcode,
                    'city': city, 'region': region, 'country_code': country_code
                }})::varchar
        end as address,
        (street is not null and house_number is not null and (postcode is not null or city is not null))::int
            as address_rank
    from {source_records} as source_records
    {only}
),

said as (
    unpivot (
        select
            source, source_record_id, message_id, observed_at, address_rank,
            given_name, family_name, birth_date::varchar as birth_date, gender, address
        from addressed
    )
    on given_name, family_name, birth_date, gender, address
    into name trait value value
),

reachable as (
    unpivot (
        select source, source_record_id, message_id, timestamp as observed_at, email, phone
        from {events} as events
        {only}
        where source_record_id is not null and (email is not null or phone is not null)
    )
    on email, phone
    into name trait value value
),

united as (
    select
        source, source_record_id, trait, value, message_id, observed_at,
        case
            when trait = 'address' then address_rank
            -- "A." says less than a name, however often it is said.
            when trait = 'given_name' then (length(regexp_replace(value, '[^\p{{L}}]', '', 'g')) > 1)::int
            else 0
        end as rank
    from said
    union all by name
    select source, source_record_id, trait, value, message_id, observed_at, 0 as rank
    from reachable
    -- What is nobody's is not this person's either.
    anti join (from resolve_states where state = 'junk') as junk
        on junk.type = reachable.trait and junk.value = reachable.value
),

final as (
    select
        source,
        source_record_id,
        trait,
        value,
        max(rank)::integer as rank,
        max(observed_at) as observed_at,
        arg_max(message_id, (observed_at, message_id)) as message_id,
        count(*) as observed
    from united
    group by source, source_record_id, trait, value
)

select * from final
order by source, source_record_id, trait, value
