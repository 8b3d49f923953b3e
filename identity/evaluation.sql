-- reads: truth (record_id, person_id), clusters (record_id, cluster)
with labelled as (
    select truth.person_id, clusters.cluster
    from truth
    inner join clusters using (record_id)
),

cells as (select person_id, cluster, count(*)::double as n from labelled group by all),
people as (select person_id, count(*)::double as n from labelled group by all),
found as (select cluster, count(*)::double as n, count(distinct person_id) as people from labelled group by all),

pairs as (
    select
        (select coalesce(sum(n * (n - 1) / 2), 0) from cells) as both,
        (select coalesce(sum(n * (n - 1) / 2), 0) from people) as true_pairs,
        (select coalesce(sum(n * (n - 1) / 2), 0) from found) as found_pairs
),

bcubed as (
    select
        coalesce(sum(cells.n * cells.n / found.n) / sum(cells.n), 1) as bcubed_precision,
        coalesce(sum(cells.n * cells.n / people.n) / sum(cells.n), 1) as bcubed_recall,
        count(*) filter (where cells.n = found.n and cells.n = people.n) as exact_people
    from cells
    inner join found using (cluster)
    inner join people using (person_id)
),

shares as (
    select
        bcubed.*,
        case when pairs.found_pairs = 0 then 1 else pairs.both / pairs.found_pairs end as pairwise_precision,
        case when pairs.true_pairs = 0 then 1 else pairs.both / pairs.true_pairs end as pairwise_recall,
        (select count(*) from labelled) as records,
        (select count(*) from people) as people,
        (select count(*) from found) as clusters,
        (select count(*) from found where n > 1) as multiple,
        (select count(*) from found where people > 1) as mixed
    from bcubed, pairs
)

select
    records,
    people,
    clusters,
    pairwise_precision,
    pairwise_recall,
    case when pairwise_precision + pairwise_recall = 0 then 0
        else 2 * pairwise_precision * pairwise_recall / (pairwise_precision + pairwise_recall) end as pairwise_f1,
    bcubed_precision,
    bcubed_recall,
    2 * bcubed_precision * bcubed_recall / (bcubed_precision + bcubed_recall) as bcubed_f1,
    case when people = 0 then 1 else exact_people / people end as exact,
    case when multiple = 0 then 0 else mixed / multiple end as over_merge
from shares
