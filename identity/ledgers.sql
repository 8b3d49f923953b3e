-- Where each record is by the ledger: its last change up to a moment, among those already true at another.
-- reads: ledger (IDENTITY_CHANGES)
with last as (
    select record_id, arg_max({'profile_id': new_profile_id}, position).profile_id as profile_id
    from ledger
    where
        kind in ('move', 'remove')
        and ($known_at::timestamptz is null or changed_at <= $known_at)
        and ($valid_at::timestamptz is null or valid_at is null or valid_at <= $valid_at)
    group by record_id
)

select record_id, profile_id
from last
where profile_id is not null
order by record_id
