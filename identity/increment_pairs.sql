-- Candidate pairs by place, once each, with the first rule that found them.
-- reads: found (one, other, rule), places (record_id, place)
select
    least(ones.place, others.place) as join_key_l,
    greatest(ones.place, others.place) as join_key_r,
    min(found.rule) as rule
from found
inner join places as ones on ones.record_id = found.one
inner join places as others on others.record_id = found.other
group by all
