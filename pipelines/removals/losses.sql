-- Identifiers that a removal takes from source records: one row a record and value, with the removals that do.
-- reads: lake.ingest.identifiers, removed_identifiers (number, type, value, record_id)
select
    seen.source,
    seen.source_record_id,
    seen.type,
    seen.value,
    list_sort(list_distinct(list(removed_identifiers.number))) as removals
from lake.ingest.identifiers as seen
inner join removed_identifiers
    on
        seen.type = removed_identifiers.type
        and seen.value = removed_identifiers.value
        and (
            removed_identifiers.record_id is null
            or removed_identifiers.record_id = seen.source || ':' || seen.source_record_id
        )
group by seen.source, seen.source_record_id, seen.type, seen.value
order by all
