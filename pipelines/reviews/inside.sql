-- The linking pairs of every person that a weak edge may hold together, or whose records contradict each other.
-- reads: lake.identity.edges, lake.identity.records, lake.identity.record_profiles
with members as (select record_id, profile_id from lake.identity.record_profiles),

-- In one source a person has one account of a type; a birth date everybody has once.
accounts as (
    unpivot (
        select profile_id, source, crm_id, user_id, loyalty_id
        from lake.identity.records
        inner join members using (record_id)
    )
    on crm_id, user_id, loyalty_id
    into name type value value
),

conflicts as (
    select profile_id, sum(surplus) as conflicts
    from (
        select profile_id, count(distinct value) - 1 as surplus from accounts group by profile_id, source, type
        union all
        select profile_id, count(distinct birth_date) - 1 as surplus
        from lake.identity.records
        inner join members using (record_id)
        where birth_date is not null
        group by profile_id
    )
    group by profile_id
),

linking as (
    select
        l.profile_id,
        record_id_l,
        record_id_r,
        max(match_weight) as match_weight,
        bool_or(kind = 'steward') as is_judged
    from lake.identity.edges
    inner join members as l on record_id_l = l.record_id
    inner join members as r on record_id_r = r.record_id
    where
        l.profile_id = r.profile_id
        and (kind = 'deterministic' or rule <> 'different' and match_weight >= $link_match_weight)
    group by all
),

doubtful as (
    select profile_id, coalesce(conflicts, 0) as conflicts
    from (select profile_id, min(match_weight) as weakest from linking group by profile_id)
    left join conflicts using (profile_id)
    where weakest < $doubt_match_weight or conflicts > 0
)

select linking.*, doubtful.conflicts::bigint as conflicts
from linking
inner join doubtful using (profile_id)
order by profile_id, match_weight desc, record_id_l, record_id_r
