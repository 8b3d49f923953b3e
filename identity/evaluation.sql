-- What each labelled person adds to the figures; people who add the same are one row, "people" counts them.
-- reads: truth (record_id, person_id), clusters (record_id, cluster)
with labelled as (
    select truth.person_id, clusters.cluster
    from truth
    inner join clusters using (record_id)
),

cells as (select person_id, cluster, count(*)::double as n from labelled group by all),
people as (select person_id, sum(n) as n from cells group by all),
whole as (select cluster, count(*)::double as n from clusters group by all),

found as (
    select
        cells.cluster,
        case when $truth_is_complete then any_value(whole.n) else sum(cells.n) end as n,
        count(*) as people,
        $truth_is_complete and any_value(whole.n) > sum(cells.n) as holds_strangers
    from cells
    inner join whole using (cluster)
    group by cells.cluster
),

shares as (
    select
        person_id,
        people.n as records,
        sum(1 / found.people) as clusters,
        people.n * (people.n - 1) / 2 as true_pairs,
        sum(cells.n * (cells.n - 1) / 2) as both_pairs,
        -- A pair of two people is each one's half.
        sum(cells.n * (cells.n - 1) / 2 + cells.n * (found.n - cells.n) / 2) as found_pairs,
        sum(cells.n * cells.n / found.n) as bcubed_precision,
        sum(cells.n * cells.n / people.n) as bcubed_recall,
        count(*) filter (where cells.n = found.n and cells.n = people.n) as exact,
        coalesce(sum(1 / found.people) filter (where found.n > 1), 0) as multiple,
        coalesce(sum(1 / found.people) filter (where found.people > 1 or found.holds_strangers), 0) as mixed
    from cells
    inner join people using (person_id)
    inner join found using (cluster)
    group by person_id, people.n
)

select
    records, true_pairs, both_pairs, found_pairs, exact,
    -- Rounded, so that the last bit of a sum does not tell equal people apart.
    round(clusters, 9) as clusters,
    round(bcubed_precision, 9) as bcubed_precision,
    round(bcubed_recall, 9) as bcubed_recall,
    round(multiple, 9) as multiple,
    round(mixed, 9) as mixed,
    count(*) as people
from shares
group by all
order by all
