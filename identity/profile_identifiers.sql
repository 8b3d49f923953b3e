-- Every identifier that a person's records carried.
-- reads: members (record_id, profile_id), pairs (record_id, type, value, first_seen, last_seen, events),
--        states (IDENTIFIER_STATES)
select
    members.profile_id,
    pairs.type,
    pairs.value,
    states.state,
    min(pairs.first_seen) as first_seen,
    max(pairs.last_seen) as last_seen,
    sum(pairs.events)::bigint as events
from pairs
inner join members using (record_id)
inner join states using (type, value)
group by members.profile_id, pairs.type, pairs.value, states.state
order by members.profile_id, pairs.type, pairs.value
