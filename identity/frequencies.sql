-- How many people stand behind each value of a compared column.
-- reads: frequency_terms (frequency_terms.sql)
select name, value, greatest(count(distinct witness), 1) as people
from frequency_terms
group by name, value
order by name, value
