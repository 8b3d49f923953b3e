-- One row: what became of the profile ids that were published last.
-- reads: published (record_id, profile_id), empty before the first publication
with fates as (

    select
        published.record_id,
        published.profile_id as published_id,
        now.profile_id as current_id
    from published
    left join lake.identity.record_profiles as now using (record_id)

),

live_ids as (

    select distinct profile_id from lake.identity.record_profiles

),

-- A profile of which no record is left has ended; it went nowhere that anybody would have to follow.
profiles as (

    select
        published_id,
        count(distinct current_id) > 1 as is_split,
        count(current_id) > 0 and published_id not in (select profile_id from live_ids) as is_merged,
        count(current_id) = 0 as has_ended
    from fates
    group by published_id

),

counted_records as (

    select
        count(*) as published_records,
        count(*) filter (where current_id != published_id) as moved_records
    from fates

),

counted_profiles as (

    select
        count(*) as published_profiles,
        count(*) filter (where is_merged) as merged_profiles,
        count(*) filter (where is_split) as split_profiles,
        count(*) filter (where has_ended) as ended_profiles,
        count(*) >= $min_profiles as is_held
    from profiles

),

final as (

    select
        published_records,
        moved_records,
        published_profiles,
        merged_profiles,
        split_profiles,
        ended_profiles,
        is_held,
        -- Of a handful of people a single merge is a large share.
        if(is_held, moved_records / published_records, 0.0)::double as moved_share,
        if(is_held, merged_profiles / published_profiles, 0.0)::double as merged_share
    from counted_records, counted_profiles

)

select * from final
