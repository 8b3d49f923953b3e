-- Candidate pairs that may weigh otherwise: all of a record that is another, and of one that has a value whose
-- frequency is another those that share a value by which it could count.
-- reads: found (place, number, rule), places (place, number), whole (number), flipped (number, name),
--   terms (place, name, value_key), shared (name, other), holders (value_key, number)
with asked as (
    select distinct places.place, terms.value_key
    from flipped
    inner join places using (number)
    inner join shared on shared.name = flipped.name
    inner join terms on terms.place = places.place and terms.name = shared.other
),

others as (
    select found.*
    from found
    inner join places on places.place = found.place and places.number <> found.number
)

select place, number, rule
from others
where place in (select place from places semi join whole using (number))

union

select others.place, others.number, others.rule
from others
inner join asked on asked.place = others.place
semi join holders on holders.value_key = asked.value_key and holders.number = others.number
