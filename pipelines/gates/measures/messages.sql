-- One row: messages since the last published snapshot, and the share of them that is in quarantine.
with accepted as (

    select count(*) as accepted from new_events

),

refused as (

    select count(*) as refused from new_quarantine

),

final as (

    select
        accepted,
        refused,
        coalesce(refused / nullif(accepted + refused, 0), 0.0)::double as quarantine_share
    from accepted, refused

)

select * from final
