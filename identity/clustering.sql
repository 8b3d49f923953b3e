-- One row per pair of records that has an edge: judged ones first, then the strongest.
-- reads: edges (EDGES or EDGE_WEIGHTS)
select
    record_id_l as l,
    record_id_r as r,
    -- Rounded, so that the last bit of a sum cannot decide which of two equal edges comes first.
    round(
        max(match_weight) filter (
            where kind = 'deterministic' or kind = 'steward' and rule = 'same'
            or kind = 'probabilistic' and match_weight >= $link_match_weight
        ),
        6
    ) as link_weight,
    max(match_weight) filter (where kind = 'probabilistic') as score,
    -- Of both, the one that keeps apart.
    min(rule) filter (where kind = 'steward') as judgement
from edges
group by l, r
order by coalesce(judgement = 'same', false) desc, link_weight desc nulls last, l, r
