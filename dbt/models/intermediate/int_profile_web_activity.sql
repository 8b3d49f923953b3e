with web_events as (

    select * from {{ ref('stg_web_events') }}

),

record_profiles as (

    select * from {{ ref('stg_record_profiles') }}

),

final as (

    select
        record_profiles.profile_id,
        count(*) filter (where web_events.action in ('page', 'screen')) as page_views,
        max(web_events.occurred_at) as last_web_event_at
    from web_events
    inner join record_profiles using (source, source_record_id)
    group by record_profiles.profile_id

)

select * from final
