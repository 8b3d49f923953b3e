-- One row: whether every source record is in exactly one profile.
with records as (

    select record_id from lake.identity.records

),

memberships as (

    select
        record_id,
        count(distinct profile_id) as profiles
    from lake.identity.record_profiles
    group by record_id

),

final as (

    select
        count(records.record_id) as records,
        count(*) filter (where memberships.record_id is null) as records_without_profile,
        count(*) filter (where memberships.profiles > 1) as records_in_several_profiles,
        count(*) filter (where records.record_id is null) as members_without_record
    from records
    full outer join memberships using (record_id)

)

select * from final
