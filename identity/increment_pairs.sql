-- Candidate pairs by place, once each, with the first rule that found them.
-- reads: found (record_id_l, record_id_r, rule), places (record_id, place), which are in the order of ids
select
    ones.place as join_key_l,
    others.place as join_key_r,
    min(found.rule) as rule
from found
inner join places as ones on ones.record_id = found.record_id_l
inner join places as others on others.record_id = found.record_id_r
group by all
