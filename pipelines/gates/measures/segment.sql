-- One row for one segment. {segment} is the quoted name of its table, known to exist.
with segment as (

    select * from lake.segments.{segment}

),

final as (

    select
        $name as segment,
        count(*) as members,
        count(*) filter (
            where profile_id is null or profile_id not in (select profile_id from lake.marts.dim_profiles)
        ) as unknown_profiles,
        count(*) - count(distinct profile_id) as repeated_profiles,
        count(*) filter (where reason is null or trim(reason) = '') as empty_reasons
    from segment

)

select * from final
