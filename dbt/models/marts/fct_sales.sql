with sales as (

    select * from {{ ref('stg_sales') }}

),

record_profiles as (

    select * from {{ ref('stg_record_profiles') }}

),

final as (

    select
        sales.sale_id,
        record_profiles.profile_id,
        sales.source,
        sales.kind,
        sales.channel,
        sales.occurred_at,
        sales.receipt_id,
        sales.store_id,
        sales.till_id,
        sales.payment_method,
        sales.amount,
        sales.currency,
        sales.lines
    from sales
    left join record_profiles using (source, source_record_id)

)

select * from final
