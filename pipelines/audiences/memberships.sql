-- What a sync changes in one audience. Reads candidates (profile_id, reason, left_out), stays (open stays: profile_id,
-- entered_at, entered_reason) and retired (profile_id, successor). One row per profile that is or was a member.
with recursive members as (

    select
        profile_id,
        reason
    from candidates
    where left_out is null

),

-- A profile may be merged into one that is merged again: follow to the end.
successions as (

    select
        profile_id,
        successor,
        1 as steps
    from retired
    where successor is not null
    union all
    select
        successions.profile_id,
        retired.successor,
        successions.steps + 1 as steps
    from successions
    inner join retired on successions.successor = retired.profile_id
    where retired.successor is not null and successions.steps < 10000

),

live as (

    select
        profile_id,
        arg_max(successor, steps) as live_id
    from successions
    group by profile_id

),

fates as (

    select
        stays.profile_id,
        live.live_id,
        stays.entered_at,
        stays.entered_reason,
        case
            when members.profile_id is not null then null
            when live.live_id is not null then 'merged into ' || live.live_id
            when retired.profile_id is not null then 'profile no longer exists'
            when candidates.left_out is not null then candidates.left_out
            else 'no longer in segment'
        end as exited_reason
    from stays
    left join members using (profile_id)
    left join candidates using (profile_id)
    left join retired using (profile_id)
    left join live using (profile_id)

),

-- Who was in under an id that was merged away has been in since then: entering again would greet them twice.
continued as (

    select
        live_id as profile_id,
        min(entered_at) as entered_at,
        arg_min(profile_id, (entered_at, profile_id)) as former_id,
        arg_min(entered_reason, (entered_at, profile_id)) as entered_reason
    from fates
    where live_id is not null
    group by live_id

),

entered as (

    select
        members.profile_id,
        'added' as change,
        coalesce(continued.entered_at, $synced_at::timestamptz) as entered_at,
        coalesce(
            'was in as ' || continued.former_id || ', now merged: ' || continued.entered_reason, members.reason
        ) as reason
    from members
    left join continued using (profile_id)
    where members.profile_id not in (select profile_id from stays)

),

kept as (

    select
        profile_id,
        'kept' as change,
        entered_at,
        entered_reason as reason
    from fates
    where exited_reason is null

),

exited as (

    select
        profile_id,
        'removed' as change,
        entered_at,
        exited_reason as reason
    from fates
    where exited_reason is not null

),

final as (

    select * from entered
    union all
    select * from kept
    union all
    select * from exited

)

select * from final
order by profile_id
