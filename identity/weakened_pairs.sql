-- Edges of those who have a value that became commoner, where the other has it too or need not have it.
-- reads: edges (number, other), commoner (FLIPPED), strict (name)
select distinct least(edges.number, edges.other) as number, greatest(edges.number, edges.other) as other
from edges
inner join commoner on commoner.number = edges.number
left join commoner as theirs
    on theirs.number = edges.other and theirs.name = commoner.name and theirs.value_key = commoner.value_key
where theirs.number is not null or commoner.name not in (select name from strict)
