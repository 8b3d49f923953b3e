-- Input: run_keys (message_id, chunk, row), all events of this run; lake.ingest.events, the whole store.
with run_events as (
    select
        message_id,
        chunk,
        row,
        row_number() over (partition by message_id order by chunk, row) as occurrence
    from run_keys
),

stored as (
    select distinct events.message_id
    from lake.ingest.events as events
    where events.message_id in (select run_keys.message_id from run_keys)
),

final as (
    select
        run_events.chunk,
        run_events.row
    from run_events
    left join stored on run_events.message_id = stored.message_id
    where run_events.occurrence > 1 or stored.message_id is not null
)

select * from final
order by chunk, row
