with profiles as (

    select * from {{ ref('dim_profiles') }}

),

final as (

    select
        profile_id,
        'bought for ' || {{ money('monetary_amount', 'monetary_currency') }}
            || ' in ' || {{ counted('frequency', 'purchase') }}
            || ', last ' || {{ day('last_purchase_at') }}
            || ' (more than {{ var("lapsed_after_days") }} days ago)' as reason
    from profiles
    where
        monetary_amount >= {{ var('high_value_min_amount') }}
        and frequency >= {{ var('high_value_min_purchases') }}
        and last_purchase_at < {{ days_before('lapsed_after_days') }}

)

select * from final
