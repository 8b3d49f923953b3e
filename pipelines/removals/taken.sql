-- Events that a removal takes out whole, each with the numbers of the removals that do.
-- reads: lake.ingest.events, removed_ranges (number, topic, partition, first, last), removed_records (number, record_id)
with by_batch as (
    select events.message_id, events.source, events.source_record_id, events.run_id, removed_ranges.number
    from lake.ingest.events as events
    inner join removed_ranges
        on
            events.log_topic = removed_ranges.topic
            and events.log_partition = removed_ranges.partition
            and events.log_offset between removed_ranges.first and removed_ranges.last
),

by_record as (
    select events.message_id, events.source, events.source_record_id, events.run_id, removed_records.number
    from lake.ingest.events as events
    inner join removed_records on events.source || ':' || events.source_record_id = removed_records.record_id
),

united as (
    select * from by_batch
    union all
    select * from by_record
)

select
    message_id,
    any_value(source) as source,
    any_value(source_record_id) as source_record_id,
    any_value(run_id) as run_id,
    list_sort(list_distinct(list(number))) as removals
from united
group by message_id
order by message_id
