-- Stretches of the log that hold the chosen events and no other event of the lake: what was refused may lie within.
-- reads: lake.ingest.events, chosen_events (message_id)
with chosen as (
    select message_id, log_topic, log_partition
    from lake.ingest.events
    semi join chosen_events using (message_id)
),

ordered as (
    select
        events.log_topic,
        events.log_partition,
        events.log_offset,
        chosen.message_id is not null as is_chosen,
        row_number() over (partition by events.log_topic, events.log_partition order by events.log_offset) as place
    from lake.ingest.events as events
    semi join chosen as kept
        on events.log_topic = kept.log_topic and events.log_partition = kept.log_partition
    left join chosen on events.message_id = chosen.message_id
),

islands as (
    select
        *,
        place - row_number() over (partition by log_topic, log_partition, is_chosen order by log_offset) as island
    from ordered
)

select log_topic || '/' || log_partition || '/' || min(log_offset) || '-' || max(log_offset) as what
from islands
where is_chosen
group by log_topic, log_partition, island
order by log_topic, log_partition, min(log_offset)
