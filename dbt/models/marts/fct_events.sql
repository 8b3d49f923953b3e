-- A view: who did it is a join, not a copy. A merge of two profiles changes whose events they are, and copying every
-- event of the store for that would cost by the history instead of by the change.
{{ config(materialized='view') }}

with events as (

    select * from {{ ref('stg_events') }}

),

record_profiles as (

    select * from {{ ref('stg_record_profiles') }}

),

final as (

    select
        events.message_id,
        record_profiles.profile_id,
        events.source,
        events.source_record_id,
        events.event_type,
        events.family,
        events.action,
        events.event_name,
        events.occurred_at,
        events.received_at,
        events.amount,
        events.currency,
        events.reference
    from events
    left join record_profiles using (source, source_record_id)

)

select * from final
