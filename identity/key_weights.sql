-- What an equal value of each identifier type is worth.
-- reads: states (IDENTIFIER_STATES)
with totals as (
    -- As doubles, since the squares of a million records add up to more than a bigint bears.
    select type, sum(records::double) as records, sum(records::double * records) as squares
    from states
    where state <> 'junk'
    group by type
)

-- The chance that two random records carry one value of this type, were they different people (u), in whole bits:
-- so it stays what it is until the data have doubled.
select type, least($max_weight, greatest($min_weight, round(-log2(squares / (records * records))))) as weight
from totals
order by type
