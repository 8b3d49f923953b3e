-- One row per source and type of the events since the last published snapshot: how many are not as they should be.
with repeated as (

    select message_id
    from lake.ingest.events
    where message_id in (select message_id from new_events)
    group by message_id
    having count(*) > 1

),

final as (

    select
        new_events.source,
        new_events.type,
        count(*) as events,
        count(*) filter (where new_events.message_id is null or new_events.message_id = '') as without_message_id,
        count(distinct repeated.message_id) as repeated_message_ids,
        count(*) filter (where new_events.timestamp is null) as without_timestamp,
        count(*) filter (where new_events.timestamp < $earliest::timestamptz) as too_early,
        count(*) filter (where new_events.timestamp > new_events.received_at + to_hours($max_ahead_hours::integer))
            as too_late,
        count(*) filter (where new_events.type in ('pos.sale', 'pos.return') and new_events.amount is null)
            as sales_without_amount
    from new_events
    left join repeated using (message_id)
    group by new_events.source, new_events.type

)

select * from final
order by source, type
