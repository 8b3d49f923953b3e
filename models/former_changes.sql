-- The ledger of profile ids as it was written before causes were kept, as rows of identity.changes.
-- reads: lake.identity.profile_id_changes (run_id, changed_at, kind, profile_id, record_id, other_profile_id)
with turned as (
    select
        *,
        list_position(['mint', 'move', 'retire', 'split'], kind) as place,
        case when kind in ('retire', 'split') then profile_id else other_profile_id end as old_profile_id,
        case when kind in ('retire', 'split') then other_profile_id else profile_id end as new_profile_id
    from lake.identity.profile_id_changes
),

final as (
    select
        row_number() over (order by changed_at, run_id, place, new_profile_id, old_profile_id, record_id) as position,
        run_id,
        row_number() over (
            partition by run_id order by changed_at, place, new_profile_id, old_profile_id, record_id
        ) as sequence,
        changed_at,
        null::timestamptz as valid_at,
        kind,
        record_id,
        old_profile_id,
        new_profile_id,
        'unknown' as cause,
        null::varchar as cause_record_id_l,
        null::varchar as cause_record_id_r,
        null::varchar as cause_rule,
        null::double as cause_match_weight,
        null::bigint as cause_judgement,
        null::varchar as rules_hash,
        null::varchar as match_model
    from turned
)

select * from final
