with profiles as (

    select * from {{ ref('dim_profiles') }}

),

final as (

    select
        profile_id,
        {{ counted('open_complaints', 'open complaint') }}
            || ', newest opened ' || {{ day('newest_open_complaint_at') }}
            || ' (ticket ' || newest_open_complaint_ticket_id
            || '), in the last {{ var("complaint_window_days") }} days' as reason
    from profiles
    where
        open_complaints > 0
        and newest_open_complaint_at > {{ days_before('complaint_window_days') }}

)

select * from final
