with households as (

    select * from {{ ref('stg_households') }}

),

profiles as (

    select * from {{ ref('dim_profiles') }}

),

people as (

    select
        household_id,
        -- One letter a household goes to whoever bought most of those who may be written to.
        arg_max(
            profile_id, {'amount': monetary_amount, 'last_seen_at': last_seen_at, 'profile_id': profile_id}
        ) filter (where not is_post_suppressed) as letter_profile_id,
        sum(frequency)::bigint as purchases,
        sum(monetary_amount)::decimal(18, 4) as monetary_amount,
        any_value(monetary_currency) as monetary_currency,
        min(first_purchase_at) as first_purchase_at,
        max(last_purchase_at) as last_purchase_at
    from profiles
    where household_id is not null
    group by household_id

),

final as (

    select
        households.*,
        people.letter_profile_id,
        people.purchases,
        people.monetary_amount,
        people.monetary_currency,
        people.first_purchase_at,
        people.last_purchase_at
    from households
    inner join people using (household_id)

)

select * from final
