with events as (

    select * from {{ ref('stg_events') }}

),

kinds as (

    select
        *,
        case
            when event_type = 'pos.sale' then 'sale'
            when event_type = 'pos.return' then 'return'
            when event_type = 'web.track' and lower(event_name) in {{ words('web_order_names') }} then 'sale'
            when event_type = 'web.track' and lower(event_name) in {{ words('web_refund_names') }} then 'return'
        end as kind
    from events

),

final as (

    select
        message_id as sale_id,
        source,
        source_record_id,
        kind,
        case when family = 'pos' then 'store' else 'web' end as channel,
        occurred_at,
        reference as receipt_id,
        payload ->> '$.properties.store_id' as store_id,
        payload ->> '$.properties.till_id' as till_id,
        payload ->> '$.properties.payment_method' as payment_method,
        -- A till writes a return as the amount paid back; here it always counts against the customer's total.
        case when kind = 'return' then -abs(amount) else amount end as amount,
        coalesce(currency, '{{ var("default_currency") }}') as currency,
        coalesce(json_array_length(payload, '$.properties.lines'), 0)::bigint as lines,
        payload
    from kinds
    where kind is not null

)

select * from final
