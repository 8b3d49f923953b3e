with events as (

    select * from {{ source('ingest', 'events') }}

),

final as (

    select
        message_id,
        source,
        source_record_id,
        type as event_type,
        split_part(type, '.', 1) as family,
        split_part(type, '.', 2) as action,
        name as event_name,
        timestamp as occurred_at,
        received_at,
        email,
        amount,
        currency,
        reference,
        payload
    from events

)

select * from final
