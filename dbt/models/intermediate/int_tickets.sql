with ticket_events as (

    select * from {{ ref('stg_ticket_events') }}

),

tickets as (

    select
        source,
        ticket_id,
        -- Of events at the same moment the later message_id counts, so that the answer is always the same.
        arg_min(source_record_id, (occurred_at, message_id)) as source_record_id,
        max(occurred_at) filter (where action = 'ticket_opened') as opened_at,
        max(occurred_at) filter (where action = 'ticket_closed') as closed_at,
        max(occurred_at) as last_event_at,
        arg_max(category, (occurred_at, message_id)) as category,
        arg_max(priority, (occurred_at, message_id)) as priority,
        count(*) filter (where action = 'message') as messages,
        arg_max(score, (occurred_at, message_id)) as score,
        arg_max(scale_max, (occurred_at, message_id)) as scale_max
    from ticket_events
    group by source, ticket_id

),

final as (

    select
        *,
        -- Opened again after it was closed: open.
        coalesce(closed_at < opened_at, opened_at is not null and closed_at is null) as is_open,
        coalesce(category in {{ words('complaint_categories') }}, false) as is_complaint
    from tickets

)

select * from final
