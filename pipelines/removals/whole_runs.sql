-- Ingest runs of which every event about somebody is taken out: their identifiers go with them.
-- reads: lake.ingest.events, taken_events (message_id, source_record_id, run_id)
with taken as (
    select run_id, count(*) as events
    from taken_events
    where source_record_id is not null
    group by run_id
),

ingested as (
    select run_id, count(*) as events
    from lake.ingest.events
    semi join taken using (run_id)
    where source_record_id is not null
    group by run_id
)

select run_id from taken semi join ingested using (run_id, events)
order by run_id
