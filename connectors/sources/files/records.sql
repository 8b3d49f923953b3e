-- The records to append, in the order of the file: events, and rows that could not be read.
with events as (
    select * from file_events
),

rejects as (
    select * from file_rejects
),

numbered as (
    select
        *,
        -- Two identical rows of a till are two events; loaded again they get the same two numbers.
        row_number() over (partition by digest order by n) as ordinal
    from events
),

identified as (
    select
        *,
        coalesce(message_id, $source || ':' || left(sha256(digest || '/' || ordinal), 32)) as id
    from numbered
),

event_records as (
    select
        n,
        $prefix || case when list_contains($families, split_part(type, '.', 1)) then split_part(type, '.', 1) else $home end
            as topic,
        encode(coalesce(log_key, id)) as key,
        encode(
            '{"message_id":' || to_json(id)::varchar || ',"received_at":"' || $received_at || '",' || body
        ) as value,
        null as error
    from identified
),

reject_records as (
    select
        n,
        $prefix || $home as topic,
        null as key,
        original as value,
        $file || ':' || n || ': ' || what as error
    from rejects
),

final as (
    select * from event_records
    union all
    select * from reject_records
)

select topic, key, value, error from final
order by n
offset $done
