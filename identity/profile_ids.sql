-- How much of each former profile is in each cluster now.
-- reads: assignments (record_id, cluster), before (record_id, profile_id), weights (record_id, weight),
--        minted (profile_id, minted_at)
with carried as (
    select
        before.profile_id,
        assignments.cluster,
        sum(coalesce(weights.weight, 1)) as weight
    from assignments
    inner join before using (record_id)
    left join weights using (record_id)
    group by before.profile_id, assignments.cluster
),

final as (
    select
        carried.profile_id,
        carried.cluster,
        carried.weight,
        count(*) over (partition by carried.profile_id) > 1 or count(*) over (partition by carried.cluster) > 1
            as is_contested
    from carried
    left join minted using (profile_id)
    order by carried.weight desc, minted.minted_at, carried.profile_id, carried.cluster
)

select * from final
