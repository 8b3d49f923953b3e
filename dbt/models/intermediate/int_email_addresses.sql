with email_events as (

    select * from {{ ref('stg_email_events') }}

),

moments as (

    select
        email,
        max(occurred_at) filter (where action in ('delivered', 'opened', 'clicked', 'replied')) as last_arrived_at,
        max(occurred_at) filter (where bounce_type = 'hard') as last_hard_bounced_at,
        max(occurred_at) filter (where action = 'unsubscribed') as unsubscribed_at,
        max(occurred_at) filter (where action = 'complained') as complained_at
    from email_events
    where email is not null
    group by email

),

final as (

    select
        *,
        -- A mail that arrived after the bounce shows that the address works again; one at the same moment does not.
        coalesce(last_hard_bounced_at >= last_arrived_at, last_hard_bounced_at is not null) as is_hard_bounced
    from moments

)

select * from final
