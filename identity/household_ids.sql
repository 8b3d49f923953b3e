-- Who went to another household.
-- reads: before (profile_id, household_id), members (profile_id, household_id)
select
    coalesce(before.profile_id, members.profile_id) as profile_id,
    before.household_id as old_household_id,
    members.household_id as new_household_id
from before
full outer join members using (profile_id)
where before.household_id is distinct from members.household_id
order by all
