with sales as (

    select * from {{ ref('stg_sales') }}

),

lines as (

    select
        sale_id,
        kind,
        currency,
        unnest(range(lines)) as line,
        unnest(json_extract(payload, '$.properties.lines[*]')) as body
    from sales
    where lines > 0

),

final as (

    select
        sale_id,
        line,
        body ->> '$.sku' as sku,
        body ->> '$.name' as product_name,
        try_cast(body ->> '$.quantity' as decimal(18, 4)) as quantity,
        try_cast(body ->> '$.unit_price' as decimal(18, 4)) as unit_price,
        try_cast(body ->> '$.discount' as decimal(18, 4)) as discount,
        case
            when kind = 'return' then -abs(try_cast(body ->> '$.amount' as decimal(18, 4)))
            else try_cast(body ->> '$.amount' as decimal(18, 4))
        end as amount,
        currency
    from lines

)

select * from final
