with profiles as (

    select * from {{ ref('dim_profiles') }}

),

final as (

    select
        profile_id,
        'read ' || {{ counted('emails_read_in_window', 'newsletter') }}
            || ' in {{ var("newsletter_window_days") }} days, last ' || {{ day('last_email_read_at') }}
            || ', and never bought' as reason
    from profiles
    where
        emails_read_in_window >= {{ var('newsletter_min_reads') }}
        and frequency = 0
        -- Who unsubscribed reads no newsletter any more.
        and not is_email_suppressed

)

select * from final
