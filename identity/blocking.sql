-- Candidate pairs: records that agree on at least one blocking rule, with the first rule that found them.
-- reads: keys (blocking_keys.sql)
with sizes as (
    select key
    from keys
    group by key
    having count(*) between 2 and $max_block_records
),

blocks as (
    select keys.place, keys.rule, keys.key
    from keys
    inner join sizes using (key)
)

select one.place as join_key_l, other.place as join_key_r, min(one.rule) as rule
from blocks as one
inner join blocks as other on one.key = other.key and one.place < other.place
group by one.place, other.place
