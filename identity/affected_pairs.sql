-- Candidate pairs that may weigh otherwise: all of a record that is another, and of one that has a value whose
-- frequency is another those that share a value by which it could count.
-- reads: found (place, number, rule), places (place, number), whole (number), asked (place, value_key),
--   holders (value_key, number)
with others as (
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
