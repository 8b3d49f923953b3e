with events as (

    select * from {{ ref('stg_events') }}

),

final as (

    select
        message_id,
        source,
        source_record_id,
        action,
        event_name,
        occurred_at,
        coalesce(payload ->> '$.context.page.url', payload ->> '$.properties.url') as page_url,
        coalesce(payload ->> '$.context.page.path', payload ->> '$.properties.path') as page_path,
        payload ->> '$.context.campaign.name' as campaign
    from events
    where family = 'web'

)

select * from final
