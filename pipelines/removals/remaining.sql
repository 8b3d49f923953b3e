-- Events that are left of the source records whose identifiers have to be found anew.
-- reads: lake.ingest.events, taken_events (message_id), restated_sources (source, source_record_id)
select message_id, source, source_record_id, type, timestamp, received_at, payload
from lake.ingest.events
semi join restated_sources using (source, source_record_id)
anti join taken_events using (message_id)
order by message_id
