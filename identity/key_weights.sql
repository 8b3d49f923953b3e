-- What an equal value of each identifier type is worth.
-- reads: totals (type, records, squares)
with summed as (
    select type, sum(records) as records, sum(squares) as squares
    from totals
    group by type
    having sum(records) > 0
)

-- The chance that two random records carry one value of this type, were they different people (u), in whole bits:
-- so it stays what it is until the data have doubled.
select type, least($max_weight, greatest($min_weight, round(-log2(squares / (records * records))))) as weight
from summed
order by type
