-- How much each source record did, and when.
-- reads: events as removals leave them; only may restrict it to some source records
select
    source || ':' || source_record_id as record_id,
    source,
    source_record_id,
    count(*) as events,
    min(timestamp) as first_seen,
    max(timestamp) as last_seen
from {events} as events
{only}
where source_record_id is not null
group by source, source_record_id
order by record_id
