-- One row per profile as it is and profile as it would be that have records in common, and how many.
-- is_alone: neither has any in common with another, so that it is the same person.
-- reads: before (record_id, profile_id), after (record_id, profile_id)
with common as (

    select
        before.profile_id as profile_before,
        after.profile_id as profile_after,
        count(*) as records
    from before
    inner join after using (record_id)
    group by all

),

final as (

    select
        profile_before,
        profile_after,
        records,
        count(*) over (partition by profile_before) = 1
        and count(*) over (partition by profile_after) = 1 as is_alone
    from common

)

select * from final
