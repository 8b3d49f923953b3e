-- The numbers under which values and their witnesses are indexed.
-- reads: frequency_terms (frequency_terms.sql)
select
    place,
    name,
    value,
    (hash(name, value) >> 1)::bigint as value_key,
    case when witness is not null then (hash(name, value, witness) >> 1)::bigint end as witness_key
from frequency_terms
