-- Edges whose two records share one of the asked values, of the identifier type that the edge is about.
-- reads: edges (EDGES), pairs (record_id, type, value), asked (type, value)
with held as (
    select distinct record_id, type, value
    from pairs
    semi join asked using (type, value)
),

sharing as (
    select distinct edges.record_id_l, edges.record_id_r, edges.rule
    from edges
    inner join held as one on one.record_id = edges.record_id_l and one.type = edges.rule
    inner join held as other
        on other.record_id = edges.record_id_r and other.type = edges.rule and other.value = one.value
)

select edges.*
from edges
semi join sharing using (record_id_l, record_id_r, rule)
