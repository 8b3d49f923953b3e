with profiles as (

    select * from {{ ref('stg_profiles') }}

),

engagement as (

    select * from {{ ref('int_profile_email_engagement') }}

),

addresses as (

    select * from {{ ref('int_email_addresses') }}

),

-- What the person said counts whichever address they said it from; what happened to the address counts whoever
-- it is shared with. When in doubt, do not mail.
signals as (

    select
        profiles.profile_id,
        engagement.complained_at is not null or addresses.complained_at is not null as has_complained,
        engagement.unsubscribed_at is not null or addresses.unsubscribed_at is not null as has_unsubscribed,
        coalesce(addresses.is_hard_bounced, false) as is_hard_bounced
    from profiles
    left join engagement using (profile_id)
    left join addresses using (email)

),

reasons as (

    select
        profile_id,
        case
            when has_complained then 'complained'
            when has_unsubscribed then 'unsubscribed'
            when is_hard_bounced then 'hard bounced'
        end as email_suppression,
        -- Who reports a mail as spam wants to be left alone on every channel.
        case when has_complained then 'complained' end as phone_suppression,
        case when has_complained then 'complained' end as post_suppression
    from signals

),

final as (

    select
        profile_id,
        email_suppression is not null as is_email_suppressed,
        email_suppression,
        phone_suppression is not null as is_phone_suppressed,
        phone_suppression,
        post_suppression is not null as is_post_suppressed,
        post_suppression
    from reasons

)

select * from final
