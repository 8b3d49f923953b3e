-- Ledger rows of one run: what changed for records and profile ids, since when in event time, and why.
-- reads: members (record_id, profile_id), before (record_id, profile_id), minted (profile_id),
--        retired (profile_id, successor), revived (profile_id), returned (record_id), edges (EDGE_WEIGHTS), records (record_id, first_seen),
--        pairs (record_id, type, value, first_seen), judgements (record_id_l, record_id_r, rule, number)
with placed as (
    select
        coalesce(members.record_id, before.record_id) as record_id,
        before.profile_id as old_profile_id,
        members.profile_id as new_profile_id
    from members
    full join before using (record_id)
),

moved as (
    select * from placed where old_profile_id is distinct from new_profile_id
),

-- The records that were together and are together now are one part of the profile they are in; a new record is its own.
parts as (
    select record_id, new_profile_id, coalesce(old_profile_id, record_id) as part
    from placed
    where new_profile_id in (select new_profile_id from moved)
),

linking as (
    select record_id_l, record_id_r, kind, rule, match_weight, value
    from edges
    where
        kind = 'deterministic'
        or kind = 'steward' and rule = 'same'
        or kind = 'probabilistic' and match_weight >= $link_match_weight
),

crossing as (
    select
        linking.*,
        one.new_profile_id,
        unnest([one.part, other.part]) as part,
        -- Rounded, so that the last bit of a sum cannot decide between two equal edges.
        round(linking.match_weight, 6) as weight
    from linking
    inner join parts as one on linking.record_id_l = one.record_id
    inner join parts as other on linking.record_id_r = other.record_id
    where one.new_profile_id = other.new_profile_id and one.part <> other.part
),

strongest as (
    select new_profile_id, part, max(weight) as weight
    from crossing
    group by all
),

-- What joined each part to the rest of its profile: the strongest edge between the two.
joining as (
    select
        crossing.new_profile_id,
        crossing.part,
        min({
            'record_id_l': record_id_l, 'record_id_r': record_id_r, 'kind': kind, 'rule': rule,
            'match_weight': match_weight, 'value': value
        }) as edge
    from crossing
    semi join strongest using (new_profile_id, part, weight)
    group by all
),

named as (
    select
        new_profile_id,
        part,
        edge,
        edge.record_id_l,
        edge.record_id_r,
        -- In a column of its own, so that the joins below find their rows by hash.
        case when edge.kind = 'deterministic' then edge.rule end as identifier_type,
        edge.value
    from joining
),

-- An edge by an identifier exists since both records carry it, any other since both records exist.
decided as (
    select
        named.new_profile_id,
        named.part,
        named.edge,
        greatest(
            coalesce(said_l.first_seen, record_l.first_seen), coalesce(said_r.first_seen, record_r.first_seen)
        ) as valid_at
    from named
    left join records as record_l on named.record_id_l = record_l.record_id
    left join records as record_r on named.record_id_r = record_r.record_id
    left join pairs as said_l
        on
            named.record_id_l = said_l.record_id
            and named.identifier_type = said_l.type and named.value = said_l.value
    left join pairs as said_r
        on
            named.record_id_r = said_r.record_id
            and named.identifier_type = said_r.type and named.value = said_r.value
),

vetoes as (
    select record_id_l, record_id_r, kind, rule, match_weight, null::varchar as value
    from edges
    where kind = 'steward' and rule = 'different'
),

-- Judgements that keep apart what was one profile, by each of the two profiles it is in now.
parted as (
    select
        one.old_profile_id,
        unnest([one.new_profile_id, other.new_profile_id]) as new_profile_id,
        vetoes
    from vetoes
    inner join placed as one on vetoes.record_id_l = one.record_id
    inner join placed as other on vetoes.record_id_r = other.record_id
    where one.old_profile_id = other.old_profile_id and one.new_profile_id <> other.new_profile_id
),

separating as (
    select old_profile_id, new_profile_id, min(vetoes) as edge
    from parted
    group by all
),

shrunk as (
    select distinct old_profile_id from moved where new_profile_id is null
),

explained as (
    select
        moved.*,
        coalesce(decided.edge, separating.edge) as edge,
        case
            when moved.new_profile_id is null then 'removal'
            when moved.old_profile_id is null and moved.record_id in (select record_id from returned) then 'undo'
            when moved.old_profile_id is null then 'new_record'
            when coalesce(decided.edge, separating.edge).kind = 'steward' then 'judgement'
            when $rules_changed then 'rules'
            when $match_model_changed then 'match_model'
            when decided.edge is not null then 'edge'
            when shrunk.old_profile_id is not null then 'removal'
            else 'evidence'
        end as cause,
        -- A removed record is no more, whatever moment is asked for.
        case
            when moved.new_profile_id is not null then greatest(records.first_seen, decided.valid_at)
        end as valid_at
    from moved
    left join decided
        on
            moved.new_profile_id = decided.new_profile_id
            and coalesce(moved.old_profile_id, moved.record_id) = decided.part
    left join separating
        on moved.old_profile_id = separating.old_profile_id and moved.new_profile_id = separating.new_profile_id
    left join shrunk on moved.old_profile_id = shrunk.old_profile_id
    left join records on moved.record_id = records.record_id
),

-- Between two profiles every record goes for one reason.
exchanged as (
    select
        old_profile_id,
        new_profile_id,
        arg_min(cause, record_id) as cause,
        arg_min({'edge': edge}, record_id).edge as edge,
        min(valid_at) as valid_at
    from explained
    where old_profile_id is not null and new_profile_id is not null
    group by all
),

entered as (
    select
        new_profile_id,
        arg_min(cause, record_id) as cause,
        arg_min({'edge': edge}, record_id).edge as edge,
        min(valid_at) as valid_at
    from explained
    group by new_profile_id
),

united as (
    select
        0 as place, 'rules' as kind, null::varchar as record_id, null::varchar as old_profile_id,
        null::varchar as new_profile_id, case when $match_model_changed and not $rules_changed then 'match_model' else 'rules' end as cause,
        null as edge, null::timestamptz as valid_at
    where $says_rules
    union all by name
    select
        1 as place, 'mint' as kind, minted.profile_id as new_profile_id, entered.cause, entered.edge, entered.valid_at
    from minted
    left join entered on minted.profile_id = entered.new_profile_id
    union all by name
    select
        1 as place, 'revive' as kind, revived.profile_id as new_profile_id,
        case
            when revived.profile_id in (select new_profile_id from explained where cause = 'undo') then 'undo'
            else entered.cause
        end as cause,
        entered.edge, entered.valid_at
    from revived
    left join entered on revived.profile_id = entered.new_profile_id
    union all by name
    select
        case when new_profile_id is null then 3 else 2 end as place,
        case when new_profile_id is null then 'remove' else 'move' end as kind,
        record_id, old_profile_id, new_profile_id, cause, edge, valid_at
    from explained
    union all by name
    select
        4 as place, 'retire' as kind, retired.profile_id as old_profile_id, retired.successor as new_profile_id,
        coalesce(exchanged.cause, case when retired.successor is null then 'removal' else 'evidence' end) as cause,
        exchanged.edge, exchanged.valid_at
    from retired
    left join exchanged
        on retired.profile_id = exchanged.old_profile_id and retired.successor = exchanged.new_profile_id
    union all by name
    select 5 as place, 'split' as kind, old_profile_id, new_profile_id, cause, edge, valid_at
    from exchanged
    where old_profile_id not in (select profile_id from retired)
),

numbered as (
    select
        united.*,
        row_number() over (order by place, new_profile_id, old_profile_id, record_id) as sequence
    from united
),

final as (
    select
        $after_position::bigint + numbered.sequence as position,
        $run_id as run_id,
        numbered.sequence,
        $changed_at::timestamptz as changed_at,
        numbered.valid_at,
        numbered.kind,
        numbered.record_id,
        numbered.old_profile_id,
        numbered.new_profile_id,
        numbered.cause,
        numbered.edge.record_id_l as cause_record_id_l,
        numbered.edge.record_id_r as cause_record_id_r,
        numbered.edge.rule as cause_rule,
        numbered.edge.match_weight as cause_match_weight,
        judgements.number as cause_judgement,
        $rules_hash::varchar as rules_hash,
        $match_model::varchar as match_model
    from numbered
    left join judgements
        on
            numbered.edge.kind = 'steward' and numbered.edge.record_id_l = judgements.record_id_l
            and numbered.edge.record_id_r = judgements.record_id_r and numbered.edge.rule = judgements.rule
)

select * from final
order by position
