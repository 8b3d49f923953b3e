-- Candidate pairs: records that agree on at least one blocking rule, with the first rule that found them.
-- reads: blocks (blocks.sql), and ones: those of them whose records stand first in the pairs that are asked for
select one.place as join_key_l, other.place as join_key_r, min(one.rule) as rule
from ones as one
inner join blocks as other on one.key = other.key and one.place < other.place
group by one.place, other.place
