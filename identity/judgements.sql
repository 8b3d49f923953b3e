-- One edge per judged pair whose records both exist.
-- reads: judgements (JUDGEMENTS), records (RECORDS)
with pairs as (
    select
        least(record_id_a, record_id_b) as record_id_l,
        greatest(record_id_a, record_id_b) as record_id_r,
        judgement,
        max({'judged_at': judged_at, 'judged_by': judged_by, 'reason': reason}) as newest
    from judgements
    where record_id_a <> record_id_b
    group by all
),

weighed as (
    select
        pairs.*,
        case when judgement = 'same' then $judgement_weight else -$judgement_weight end as match_weight
    from pairs
    semi join records as one on pairs.record_id_l = one.record_id
    semi join records as other on pairs.record_id_r = other.record_id
),

final as (
    select
        record_id_l,
        record_id_r,
        'steward' as kind,
        judgement as rule,
        match_weight::double as match_weight,
        [{
            'comparison': 'judgement',
            'level': newest.reason,
            'value_l': newest.judged_by,
            'value_r': newest.judged_at,
            'match_weight': match_weight::double
        }] as evidence,
        null::varchar as model_version
    from weighed
)

select * from final
order by record_id_l, record_id_r, rule
