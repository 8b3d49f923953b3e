with tickets as (

    select * from {{ ref('int_tickets') }}

),

record_profiles as (

    select * from {{ ref('stg_record_profiles') }}

),

attributed as (

    select
        record_profiles.profile_id,
        tickets.*
    from tickets
    inner join record_profiles using (source, source_record_id)

),

final as (

    select
        profile_id,
        count(*) as tickets,
        count(*) filter (where is_open) as open_tickets,
        count(*) filter (where is_open and is_complaint) as open_complaints,
        max(opened_at) filter (where is_open and is_complaint) as newest_open_complaint_at,
        arg_max(ticket_id, (opened_at, ticket_id)) filter (where is_open and is_complaint)
            as newest_open_complaint_ticket_id,
        max(last_event_at) as last_ticket_event_at,
        -- The newest score as a share of its scale, so that 4 of 5 and 8 of 10 compare.
        arg_max(score / nullif(scale_max, 0), (last_event_at, source, ticket_id)) as last_satisfaction
    from attributed
    group by profile_id

)

select * from final
