-- Edges of those who have a value that became commoner, where the other has it too or need not have it; without those
-- of a record all of whose pairs are found anew, which may find this pair no more.
-- reads: edges (number, other), commoner (FLIPPED), strict (name), whole (number)
select distinct least(edges.number, edges.other) as number, greatest(edges.number, edges.other) as other
from edges
inner join commoner on commoner.number = edges.number
left join commoner as theirs
    on theirs.number = edges.other and theirs.name = commoner.name and theirs.value_key = commoner.value_key
anti join whole on whole.number = edges.other
where theirs.number is not null or commoner.name not in (select name from strict)
