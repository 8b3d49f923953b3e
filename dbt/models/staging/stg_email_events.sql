with events as (

    select * from {{ ref('stg_events') }}

),

final as (

    select
        message_id,
        source,
        source_record_id,
        email,
        action,
        occurred_at,
        reference as campaign,
        payload ->> '$.properties.email_id' as email_id,
        payload ->> '$.properties.url' as url,
        -- A bounce that does not say what it is counts as hard: when in doubt, do not mail.
        case
            when action != 'bounced' then null
            when lower(payload ->> '$.properties.bounce_type') = 'soft' then 'soft'
            else 'hard'
        end as bounce_type
    from events
    where family = 'email'

)

select * from final
