with events as (

    select * from {{ source('ingest', 'events') }}

),

removed_events as (

    select * from {{ source('identity', 'removed_events') }}

),

final as (

    select
        events.message_id,
        events.source,
        case
            when removed_events.message_id is null then events.source_record_id
            else removed_events.new_source_record_id
        end as source_record_id,
        type as event_type,
        split_part(type, '.', 1) as family,
        split_part(type, '.', 2) as action,
        name as event_name,
        timestamp as occurred_at,
        received_at,
        case when removed_events.message_id is null then events.email else removed_events.email end as email,
        amount,
        currency,
        reference,
        payload
    from events
    left join removed_events using (message_id)
    -- Removed: as if it had never been seen.
    where removed_events.message_id is null or not removed_events.is_removed

)

select * from final
