-- The values by which those weigh that have a value whose frequency is another.
-- reads: flipped (number, name), places (place, number), shared (name, other), terms (place, name, value_key)
select distinct places.place, terms.value_key
from flipped
inner join places using (number)
inner join shared on shared.name = flipped.name
inner join terms on terms.place = places.place and terms.name = shared.other
