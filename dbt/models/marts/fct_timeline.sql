-- A view for the same reason as fct_events.
{{ config(materialized='view') }}

with events as (

    select * from {{ ref('stg_events') }}

),

record_profiles as (

    select * from {{ ref('stg_record_profiles') }}

),

described as (

    select
        *,
        case event_type
            when 'web.page' then 'viewed ' || coalesce(
                payload ->> '$.context.page.path', payload ->> '$.properties.path', event_name, 'a page'
            )
            when 'web.screen' then 'viewed screen ' || coalesce(event_name, '(no name)')
            when 'web.track' then 'did "' || coalesce(event_name, '(no name)') || '"'
                || coalesce(' for ' || {{ money('amount', "coalesce(currency, '')") }}, '')
            when 'web.identify' then 'said who they are'
            when 'web.group' then 'joined a group'
            when 'web.alias' then 'linked two ids'
            when 'pos.sale' then 'bought' || coalesce(' for ' || {{ money('amount', "coalesce(currency, '')") }}, '')
                || coalesce(', receipt ' || reference, '')
            when 'pos.return' then 'returned' || coalesce(' for ' || {{ money('amount', "coalesce(currency, '')") }}, '')
                || coalesce(', receipt ' || reference, '')
            when 'email.delivered' then 'was sent an e-mail' || coalesce(' of ' || reference, '')
            when 'email.opened' then 'opened an e-mail' || coalesce(' of ' || reference, '')
            when 'email.clicked' then 'clicked in an e-mail' || coalesce(' of ' || reference, '')
            when 'email.bounced' then 'did not get an e-mail (it bounced)' || coalesce(' of ' || reference, '')
            when 'email.unsubscribed' then 'unsubscribed'
            when 'email.complained' then 'reported an e-mail as spam'
            when 'email.replied' then 'answered an e-mail' || coalesce(' of ' || reference, '')
            when 'service.ticket_opened' then 'opened ticket ' || reference
                || coalesce(' (' || (payload ->> '$.properties.category') || ')', '')
            when 'service.message' then 'exchanged a message on ticket ' || reference
            when 'service.ticket_closed' then 'ticket ' || reference || ' was closed'
            when 'service.satisfaction_score' then 'gave a score of '
                || coalesce(payload ->> '$.properties.score', '?') || ' on ticket ' || reference
            when 'crm.contact' then 'was written down in the CRM'
            else event_type
        end as what
    from events

),

final as (

    select
        record_profiles.profile_id,
        described.occurred_at,
        described.family,
        described.event_type,
        coalesce(described.what, described.event_type) as what,
        described.amount,
        described.currency,
        described.source,
        described.source_record_id,
        described.message_id
    from described
    inner join record_profiles using (source, source_record_id)

)

select * from final
