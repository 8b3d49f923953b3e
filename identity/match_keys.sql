-- Edges between records that carry the same identifier value, for values that may link.
-- reads: pairs (record_id, type, value), states (IDENTIFIER_STATES), people_columns (comparison_columns.sql),
--        key_weights (type, weight)
with holders as (
    select distinct type, value, record_id
    from pairs
),

linking as (
    select
        states.type,
        states.value,
        states.records,
        states.people,
        key_weights.weight
    from states
    inner join key_weights using (type)
    where states.state = 'ok' and states.records > 1
),

-- Who the record says it is; holders that say the same hang together on one hub.
described as (
    select
        holders.*,
        linking.records,
        case
            when people_columns.first_name is null then ''
            else people_columns.first_name_roots[1] || '|' || coalesce(people_columns.birth_date, '')
        end as person_key,
        (people_columns.first_name is not null)::int + (people_columns.family_name is not null)::int
            + (people_columns.birth_date is not null)::int as known
    from holders
    inner join linking using (type, value)
    left join people_columns using (record_id)
),

hubs as (
    select type, value, person_key, records, arg_min(record_id, {'less': -known, 'id': record_id}) as hub
    from described
    group by type, value, person_key, records
),

-- Every hub with every hub, and with every record that does not say who it is: whoever is refused beside one person
-- can still find the other.
hub_pairs as (
    select one.type, one.value, one.hub as one, other.hub as other
    from hubs as one
    inner join hubs as other
        on one.type = other.type and one.value = other.value and one.person_key < other.person_key
    where one.records > $max_all_pairs
),

nameless_pairs as (
    select hubs.type, hubs.value, hubs.hub as one, described.record_id as other
    from hubs
    inner join described using (type, value)
    where hubs.records > $max_all_pairs and hubs.person_key <> '' and described.person_key = ''
),

star_pairs as (
    select hubs.type, hubs.value, hubs.hub as one, described.record_id as other
    from hubs
    inner join described using (type, value, person_key)
    where hubs.records > $max_all_pairs and hubs.hub <> described.record_id
),

all_pairs as (
    select one.type, one.value, one.record_id as one, other.record_id as other
    from described as one
    inner join described as other
        on one.type = other.type and one.value = other.value and one.record_id < other.record_id
    where one.records <= $max_all_pairs
),

united as (
    select * from hub_pairs
    union
    select * from nameless_pairs
    union
    select * from star_pairs
    union
    select * from all_pairs
),

-- One row per pair and type: the value with the fewest people behind it speaks.
final as (
    select
        least(united.one, united.other) as record_id_l,
        greatest(united.one, united.other) as record_id_r,
        united.type,
        min({'people': linking.people, 'value': united.value}) as best,
        any_value(linking.weight) as weight
    from united
    inner join linking using (type, value)
    group by all
)

select
    record_id_l,
    record_id_r,
    'deterministic' as kind,
    type as rule,
    list_sum(list_transform(evidence, lambda part: part.match_weight)) as match_weight,
    evidence,
    null::varchar as model_version
from (
    select
        *,
        list_filter(
            [
                {
                    'comparison': type, 'level': 'the same', 'value_l': best.value, 'value_r': best.value,
                    'match_weight': weight
                },
                {
                    'comparison': type, 'level': best.people || ' people use it',
                    'value_l': null::varchar, 'value_r': null::varchar, 'match_weight': -log2(best.people)
                }
            ],
            lambda part: part.match_weight <> 0
        ) as evidence
    from final
)
order by record_id_l, record_id_r, rule
