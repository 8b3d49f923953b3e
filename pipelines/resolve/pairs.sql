-- Every identifier that every source record ever carried. Chunks and runs each have their own rows: add them up.
select
    source || ':' || source_record_id as record_id,
    source,
    source_record_id,
    type,
    value,
    min(first_seen) as first_seen,
    max(last_seen) as last_seen,
    sum(events)::bigint as events
from {identifiers} as seen
{only}
group by source, source_record_id, type, value
order by record_id, type, value
