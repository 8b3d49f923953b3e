-- One row: whether profiles, their ids and their evidence agree with each other.
with record_profiles as (

    select * from lake.identity.record_profiles

),

sizes as (

    select
        profile_id,
        count(*) as records
    from record_profiles
    group by profile_id

),

golden as (

    select
        profile_id,
        count(*) as rows
    from lake.profiles.profiles
    group by profile_id

),

live_ids as (

    select
        profile_id,
        count(*) as rows
    from lake.identity.profile_ids
    where retired_at is null
    group by profile_id

),

-- Both ends of every edge that lies within one profile.
evidenced as (

    select
        l.record_id as record_id_l,
        r.record_id as record_id_r
    from lake.identity.edges
    inner join record_profiles as l on edges.record_id_l = l.record_id
    inner join record_profiles as r on edges.record_id_r = r.record_id and l.profile_id = r.profile_id

),

evidenced_records as (

    select record_id_l as record_id from evidenced
    union
    select record_id_r as record_id from evidenced

),

unexplained as (

    select count(*) as records_without_evidence
    from record_profiles
    inner join sizes using (profile_id)
    where sizes.records > 1 and record_profiles.record_id not in (select record_id from evidenced_records)

),

agreement as (

    select
        count(golden.profile_id) as profiles,
        count(*) filter (where golden.rows > 1) as repeated_profile_ids,
        count(*) filter (where golden.profile_id is not null and sizes.profile_id is null) as profiles_without_records,
        count(*) filter (where sizes.profile_id is not null and golden.profile_id is null) as people_without_profile,
        count(*) filter (where sizes.profile_id is not null and (live_ids.rows is null or live_ids.rows != 1))
            as profiles_without_live_id,
        coalesce(max(sizes.records), 0) as largest_profile
    from sizes
    full outer join golden using (profile_id)
    left join live_ids using (profile_id)

),

final as (

    select *
    from agreement, unexplained

)

select * from final
