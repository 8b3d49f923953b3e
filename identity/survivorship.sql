-- The surviving value per person and trait, with where it came from.
-- reads: observations (source, source_record_id, trait, value, rank, observed_at, message_id, observed),
--        people (profile_id, source, source_record_id), rules (trait, rule), priorities (trait, source, place)
with candidates as (
    select
        people.profile_id,
        observations.*,
        rules.rule,
        coalesce(priorities.place, 1000000) as place,
        sum(observations.observed) over same_value as seen,
        count(*) over (partition by people.profile_id, observations.trait) as rows_of_trait
    from observations
    inner join people using (source, source_record_id)
    inner join rules using (trait)
    left join priorities using (trait, source)
    window same_value as (partition by people.profile_id, observations.trait, observations.value)
),

-- The last columns only settle ties, so that the order of arrival never does.
ranked as (
    select
        *,
        row_number() over (
            partition by profile_id, trait
            order by
                rank desc,
                case when rule = 'source_priority' then place end,
                case when rule = 'most_frequent' then seen end desc,
                case when rule = 'longest' then length(value) end desc,
                observed_at desc,
                value,
                source,
                source_record_id,
                message_id
        ) as standing
    from candidates
),

distinct_values as (
    select profile_id, trait, count(distinct value) as candidates
    from candidates
    group by profile_id, trait
),

winners as (
    select ranked.*, distinct_values.candidates
    from ranked
    inner join distinct_values using (profile_id, trait)
    where ranked.standing = 1
),

-- An address survives whole: a new street beside an old town would be nobody's address.
address_parts as (
    unpivot (
        select
            profile_id, rule, source, source_record_id, message_id, observed_at, candidates,
            value ->> '$.street' as street,
            value ->> '$.house_number' as house_number,
            value ->> '$.postcode' as postcode,
            value ->> '$.city' as city,
            value ->> '$.region' as region,
            value ->> '$.country_code' as country_code
        from winners
        where trait = 'address'
    )
    on street, house_number, postcode, city, region, country_code
    into name trait value value
),

final as (
    select profile_id, trait, value, rule, source, source_record_id, message_id, observed_at, candidates
    from winners
    where trait <> 'address'
    union all by name
    select profile_id, trait, value, rule, source, source_record_id, message_id, observed_at, candidates
    from address_parts
)

select * from final
order by profile_id, trait
