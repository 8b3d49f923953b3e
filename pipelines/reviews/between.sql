-- The strongest pair between each two people whom an edge would have joined, or nearly: refused unions before edges.
-- reads: lake.identity.edges, lake.identity.refusals, lake.identity.record_profiles
with members as (select record_id, profile_id from lake.identity.record_profiles),
sizes as (select profile_id, count(*) as records from members group by profile_id),

asked as (
    select record_id_l, record_id_r, match_weight, reason as because, true as is_refused
    from lake.identity.refusals
    where reason <> $judged_reason
    union all by name
    select record_id_l, record_id_r, match_weight, null as because, false as is_refused
    from lake.identity.edges
    where kind = 'probabilistic' and match_weight between $least and $most
),

-- One side at a time: else "different people" is taken for a join of everybody with everybody.
half_placed as materialized (
    select asked.*, l.profile_id as profile_id_l
    from asked
    inner join members as l on asked.record_id_l = l.record_id
),

placed as (
    select half_placed.*, r.profile_id as profile_id_r
    from half_placed
    inner join members as r on half_placed.record_id_r = r.record_id
    where half_placed.profile_id_l <> r.profile_id
),

strongest as (
    select *
    from placed
    qualify row_number() over (
        partition by least(profile_id_l, profile_id_r), greatest(profile_id_l, profile_id_r)
        order by is_refused desc, match_weight desc, record_id_l, record_id_r
    ) = 1
)

select
    strongest.*,
    least(l.records, r.records) as moved
from strongest
inner join sizes as l on strongest.profile_id_l = l.profile_id
inner join sizes as r on strongest.profile_id_r = r.profile_id
order by record_id_l, record_id_r
