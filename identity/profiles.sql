-- One row a person: the surviving values, and how much is known.
-- reads: traits (PROFILE_TRAITS), people (profile_id, source, source_record_id),
--        activity (source, source_record_id, events, first_seen, last_seen)
with golden as (
    select
        profile_id,
        max(value) filter (where trait = 'given_name') as given_name,
        max(value) filter (where trait = 'family_name') as family_name,
        try_cast(max(value) filter (where trait = 'birth_date') as date) as birth_date,
        max(value) filter (where trait = 'gender') as gender,
        max(value) filter (where trait = 'street') as street,
        max(value) filter (where trait = 'house_number') as house_number,
        max(value) filter (where trait = 'postcode') as postcode,
        max(value) filter (where trait = 'city') as city,
        max(value) filter (where trait = 'region') as region,
        max(value) filter (where trait = 'country_code') as country_code,
        max(value) filter (where trait = 'email') as email,
        max(value) filter (where trait = 'phone') as phone
    from traits
    group by profile_id
),

known as (
    select
        people.profile_id,
        count(*) as records,
        list_sort(list(distinct people.source)) as sources,
        sum(activity.events)::bigint as events,
        min(activity.first_seen) as first_seen,
        max(activity.last_seen) as last_seen
    from people
    inner join activity using (source, source_record_id)
    group by people.profile_id
),

final as (
    select *
    from known
    left join golden using (profile_id)
)

select * from final
order by profile_id
