with email_events as (

    select * from {{ ref('stg_email_events') }}

),

record_profiles as (

    select * from {{ ref('stg_record_profiles') }}

),

attributed as (

    select
        record_profiles.profile_id,
        email_events.*
    from email_events
    inner join record_profiles using (source, source_record_id)

),

final as (

    select
        profile_id,
        count(*) filter (where action = 'delivered') as emails_delivered,
        count(*) filter (where action = 'opened') as emails_opened,
        count(*) filter (where action = 'clicked') as emails_clicked,
        count(*) filter (where action = 'replied') as emails_replied,
        -- One mail read twice is one mail: reads are counted by mail where the sender names it.
        count(distinct coalesce(email_id, message_id)) filter (
            where action in ('opened', 'clicked') and occurred_at > {{ days_before('newsletter_window_days') }}
        ) as emails_read_in_window,
        max(occurred_at) filter (where action in ('opened', 'clicked')) as last_email_read_at,
        max(occurred_at) filter (where action = 'unsubscribed') as unsubscribed_at,
        max(occurred_at) filter (where action = 'complained') as complained_at
    from attributed
    group by profile_id

)

select * from final
