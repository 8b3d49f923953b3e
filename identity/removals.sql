-- Source records of events on which removals act otherwise than before: where they stood, and where they were put.
-- reads: before (REMOVED_EVENTS), now (REMOVED_EVENTS)
with differing as (
    (select * from before except select * from now)
    union all
    (select * from now except select * from before)
),

places as (
    select source, source_record_id from differing
    union
    select source, new_source_record_id from differing where not is_removed
)

select * from places
where source_record_id is not null
order by all
