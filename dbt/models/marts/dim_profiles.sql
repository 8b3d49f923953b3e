with profiles as (

    select * from {{ ref('stg_profiles') }}

),

purchases as (

    select * from {{ ref('int_profile_purchases') }}

),

engagement as (

    select * from {{ ref('int_profile_email_engagement') }}

),

suppressions as (

    select * from {{ ref('int_profile_suppressions') }}

),

tickets as (

    select * from {{ ref('int_profile_tickets') }}

),

web_activity as (

    select * from {{ ref('int_profile_web_activity') }}

),

households as (

    select * from {{ ref('stg_households') }}

),

household_members as (

    select * from {{ ref('stg_household_members') }}

),

final as (

    select
        profiles.*,
        household_members.household_id,
        coalesce(households.people, 1) as household_people,
        -- Whole days of 24 hours since the last purchase; an event of the future (a wrong clock) counts as today.
        case
            when purchases.last_purchase_at is not null
                then greatest(date_sub('day', purchases.last_purchase_at, {{ as_of() }}), 0)
        end as recency_days,
        coalesce(purchases.purchases, 0) as frequency,
        coalesce(purchases.monetary_amount, 0)::decimal(18, 4) as monetary_amount,
        '{{ var("default_currency") }}' as monetary_currency,
        coalesce(purchases.returns, 0) as returns,
        coalesce(purchases.purchases_in_other_currencies, 0) as purchases_in_other_currencies,
        purchases.first_purchase_at,
        purchases.last_purchase_at,
        coalesce(engagement.emails_delivered, 0) as emails_delivered,
        coalesce(engagement.emails_opened, 0) as emails_opened,
        coalesce(engagement.emails_clicked, 0) as emails_clicked,
        coalesce(engagement.emails_read_in_window, 0) as emails_read_in_window,
        engagement.last_email_read_at,
        case
            when suppressions.email_suppression is not null then suppressions.email_suppression
            when engagement.emails_delivered > 0 or engagement.emails_opened > 0 or engagement.emails_clicked > 0
                then 'subscribed'
            else 'never mailed'
        end as newsletter_status,
        suppressions.is_email_suppressed,
        suppressions.email_suppression,
        suppressions.is_phone_suppressed,
        suppressions.phone_suppression,
        suppressions.is_post_suppressed,
        suppressions.post_suppression,
        coalesce(tickets.open_tickets, 0) as open_tickets,
        coalesce(tickets.open_complaints, 0) as open_complaints,
        tickets.newest_open_complaint_at,
        tickets.newest_open_complaint_ticket_id,
        tickets.last_satisfaction,
        coalesce(web_activity.page_views, 0) as page_views,
        web_activity.last_web_event_at
    from profiles
    inner join suppressions using (profile_id)
    left join purchases using (profile_id)
    left join engagement using (profile_id)
    left join tickets using (profile_id)
    left join web_activity using (profile_id)
    left join household_members using (profile_id)
    left join households using (household_id)

)

select * from final
