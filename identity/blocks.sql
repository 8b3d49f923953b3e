-- The keys that find candidates: those that some records share, and not too many.
-- reads: keys (blocking_keys.sql)
with sizes as (
    select key
    from keys
    group by key
    having count(*) between 2 and $max_block_records
)

select keys.place, keys.rule, keys.key
from keys
inner join sizes using (key)
