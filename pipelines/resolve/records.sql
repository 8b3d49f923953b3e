-- Standardised source records: the newest known value of every column.
-- reads: source records as removals leave them, resolve_pairs (pairs.sql), resolve_activity (activity.sql)
with traits as (
    select
        source,
        source_record_id,
        {trait_columns}
    from {source_records} as source_records
    {only}
    group by source, source_record_id
),

-- Equal times are settled by the message id (traits) or the value (identifiers), never by the order of arrival.
identifiers as (
    select
        source,
        source_record_id,
        {identifier_columns}
    from resolve_pairs
    group by source, source_record_id
),

final as (
    select
        activity.record_id,
        activity.source,
        activity.source_record_id,
        traits.* exclude (source, source_record_id),
        identifiers.* exclude (source, source_record_id),
        activity.first_seen,
        activity.last_seen
    from resolve_activity as activity
    left join traits using (source, source_record_id)
    left join identifiers using (source, source_record_id)
)

select * from final
order by record_id
