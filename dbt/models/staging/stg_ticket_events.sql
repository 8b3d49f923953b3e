with events as (

    select * from {{ ref('stg_events') }}

),

final as (

    select
        message_id,
        source,
        source_record_id,
        reference as ticket_id,
        action,
        occurred_at,
        lower(payload ->> '$.properties.category') as category,
        lower(payload ->> '$.properties.priority') as priority,
        payload ->> '$.properties.subject' as subject,
        try_cast(payload ->> '$.properties.score' as double) as score,
        try_cast(payload ->> '$.properties.scale_max' as double) as scale_max
    from events
    where family = 'service' and reference is not null

)

select * from final
