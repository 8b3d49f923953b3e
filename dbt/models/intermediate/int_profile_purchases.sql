with sales as (

    select * from {{ ref('stg_sales') }}

),

record_profiles as (

    select * from {{ ref('stg_record_profiles') }}

),

attributed as (

    select
        record_profiles.profile_id,
        sales.*
    from sales
    inner join record_profiles using (source, source_record_id)

),

-- Money is summed in the workspace's currency only: adding amounts of two currencies means nothing, and a rate of
-- exchange is nobody's event.
final as (

    select
        profile_id,
        count(*) filter (where kind = 'sale') as purchases,
        count(*) filter (where kind = 'return') as returns,
        count(*) filter (where kind = 'sale' and currency != '{{ var("default_currency") }}')
            as purchases_in_other_currencies,
        coalesce(sum(amount) filter (where currency = '{{ var("default_currency") }}'), 0)::decimal(18, 4)
            as monetary_amount,
        min(occurred_at) filter (where kind = 'sale') as first_purchase_at,
        max(occurred_at) filter (where kind = 'sale') as last_purchase_at
    from attributed
    group by profile_id

)

select * from final
