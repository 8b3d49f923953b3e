-- Every scored pair that the threshold decides on, in the order in which a sample takes them.
-- reads: lake.identity.edges, lake.identity.refusals, lake.identity.record_profiles
with members as (select record_id, profile_id from lake.identity.record_profiles),
sizes as (select profile_id, count(*) as records from members group by profile_id),

scored as (
    select
        record_id_l,
        record_id_r,
        max(match_weight) filter (where kind = 'probabilistic') as match_weight
    from lake.identity.edges
    -- What was refused stays apart at any threshold.
    anti join lake.identity.refusals using (record_id_l, record_id_r)
    group by record_id_l, record_id_r
    -- What an identifier joins is joined at any threshold.
    having not bool_or(kind = 'deterministic') and max(match_weight) filter (where kind = 'probabilistic') <= $most
),

drawn as (
    select
        *,
        -- The number of a pair, the same on every machine: 52 bits of a hash.
        ('0x' || left(sha256(record_id_l || chr(31) || record_id_r), 13))::bigint / 4503599627370496 as draw,
        -- The spread of an answer, by the match model: 1 where the chance is a half.
        greatest($telling, 2 * sqrt(1 / (1 + 2 ** -match_weight) * (1 - 1 / (1 + 2 ** -match_weight)))) as telling
    from scored
)

select
    record_id_l,
    record_id_r,
    l.profile_id as profile_id_l,
    r.profile_id as profile_id_r,
    match_weight,
    telling,
    draw / telling as place,
    case when l.profile_id = r.profile_id then 1 else least(size_l.records, size_r.records) end as moved
from drawn
inner join members as l on record_id_l = l.record_id
inner join members as r on record_id_r = r.record_id
inner join sizes as size_l on l.profile_id = size_l.profile_id
inner join sizes as size_r on r.profile_id = size_r.profile_id
order by place, record_id_l, record_id_r
