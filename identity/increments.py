"""People after some records changed: the same f as :func:`identity.people.find_people`, at the price of the change.

Nothing is approximate here. Whatever a changed record can have an effect on is evaluated anew, with the functions that
a full evaluation uses and on the part of the data they need; what it cannot have an effect on stays as it is. Where a
change moves something that all pairs depend on (:class:`Calibration`), the answer is None: evaluate all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from identity.affected_pairs import Touched, affected_pairs, shared_columns, weakened_pairs
from identity.changed_states import Changed, ChangedState, anti_join, distinct_values, semi_join, subtract
from identity.clustering import Clusters, cluster_edges
from identity.comparison_columns import comparison_columns
from identity.edge_weights import EDGE_KEY, edge_weights
from identity.identifiers import without_junk
from identity.judgements import judgement_edges
from identity.junk_values import COMPARED_TYPES, without_junk_values
from identity.match_indexes import MatchIndex
from identity.match_keys import key_totals, key_weights, match_key_edges
from identity.match_models import prior_probability
from identity.people import Rules
from identity.queries import query, session
from identity.resolved_states import ENDS, VALUES, ResolvedState
from identity.scoring import score_candidates, with_places
from schemas.tables import EDGES


@dataclass(frozen=True)
class Calibration:
    """What every pair's weight depends on: the prior, how much is known of each column, what identifier types weigh.

    All of it is rounded, so that it stays what it is until the data have about doubled.
    """

    prior: float
    known: dict[str, float]
    weights: dict[str, float]

    @classmethod
    def of(cls, records: int, index: MatchIndex, totals: pa.Table) -> Calibration:
        """Of so many records with this index and these totals (:func:`identity.match_keys.key_totals`)."""
        weights = key_weights(totals)
        pairs = zip(weights["type"].to_pylist(), weights["weight"].to_pylist(), strict=True)
        return cls(prior_probability(records), index.known(), dict(pairs))

    def leaves(self, before: Calibration) -> bool:
        """Whether what was weighed before weighs the same by this calibration; new identifier types are none of it."""
        common = self.weights.keys() & before.weights.keys()
        same = all(self.weights[name] == before.weights[name] for name in common)
        return same and (self.prior, self.known) == (before.prior, before.known)


@dataclass(frozen=True)
class Increment:
    """What to write in place of what was, and the index that goes with it.

    ``changed``: the records, as asked for. ``values``: identifier values (VALUES) whose states are now ``states``.
    ``removed`` (EDGE_WEIGHTS) and ``added`` (EDGES): what stands in both weighs the same, and its evidence may be
    another. ``members``: the records of the components that were clustered anew, whose assignments, refusals and
    alarms are ``clusters``, with all their ``edges`` (EDGE_WEIGHTS). ``restated``: holders of values whose state is
    another now.
    """

    changed: Changed
    values: pa.Table
    states: pa.Table
    removed: pa.Table
    added: pa.Table
    members: frozenset[str]
    edges: pa.Table
    clusters: Clusters
    restated: frozenset[str]
    index: MatchIndex
    calibration: Calibration


def find_increment(
    before: ResolvedState, index: MatchIndex, before_calibration: Calibration, changed: Changed, rules: Rules
) -> Increment | None:
    """What changed records do to the people; None when they move the calibration, so that all must be evaluated.

    Args:
        before: the last resolution, by the same rules (judgements may be others).
        index: its match index.
        before_calibration: its calibration.
        changed: what came, changed and went since.
        rules: as now.
    """
    state = ChangedState(before, changed, dict(rules.policies))
    junked = state.holders(state.junked)
    columns = shared_columns(rules.model)
    index, touched, spelled = _reindex(state, index, junked)
    touched = touched.weighed_by(columns)
    totals = pa.concat_tables(
        [before.key_totals(), _negative(key_totals(state.states_before)), key_totals(state.states)]
    )
    calibration = Calibration.of(state.count_records(), index, totals)
    if not calibration.leaves(before_calibration):
        return None
    weights = pa.table(
        {"type": list(calibration.weights), "weight": pa.array(calibration.weights.values(), pa.float64())}
    )
    linking = _linking(state)
    reached = set(index.ids_of(touched.numbers).to_pylist()) - set(spelled["record_id"].to_pylist())
    mine = _extended(spelled, _real(state, reached))
    pairs = affected_pairs(index, touched, mine, columns)
    weakened = weakened_pairs(index, touched, columns)
    others = _scored_before(before, {*index.ids_of(touched.records).to_pylist(), *state.ids}, pairs, weakened)
    pairs = _with_weakened(pairs, others, weakened)
    old = pa.concat_tables([others, _key_edges_before(state, linking), before.steward_weights()])
    new = pa.concat_tables(
        [
            _score(state, index, mine, pairs, calibration, rules),
            _key_edges(state, linking, weights),
            _judge(state, rules.judgements),
        ]
    ).cast(EDGES)
    weighed = edge_weights(new)
    lost, gained = subtract(old, weighed), subtract(weighed, old)
    removed, added = _rewritten(old, new, gained, state.ids)
    index = index.with_edges(removed, added)
    moved = {*state.ids, *_ends(lost), *_ends(gained), *junked} - changed.gone
    component = index.component_of(index.find_numbers(pa.array(sorted(moved), pa.string())))
    members = set(index.ids_of(component).to_pylist()) - changed.gone
    # Some of what was scored anew weighs what it weighed, in components that nobody has to look at.
    within = edge_weights(added.filter(pc.is_in(added["record_id_l"], pa.array(sorted(members), pa.string()))))
    edges = pa.concat_tables([anti_join(before.edge_weights(members), removed, EDGE_KEY), within])
    return Increment(
        changed=changed,
        values=state.values,
        states=state.states.sort_by([("type", "ascending"), ("value", "ascending")]),
        removed=removed,
        added=added,
        members=frozenset(members),
        edges=edges,
        clusters=_cluster(state, members, edges, rules),
        restated=frozenset(state.holders(state.flipped.select(VALUES.names))),
        index=index.without_records(pa.array(sorted(changed.gone), pa.string())),
        calibration=calibration,
    )


def _reindex(state: ChangedState, index: MatchIndex, junked: set[str]) -> tuple[MatchIndex, Touched, pa.Table]:
    """The index with the change, whose edges may be others, and the comparison columns that the index was given."""
    # A record with an e-mail address that turned junk has none, to scoring.
    ids = state.ids | junked
    junk = state.before.junk(COMPARED_TYPES)
    was = with_places(comparison_columns(without_junk_values(state.before.records(ids), junk)))
    now = with_places(comparison_columns(_real(state, ids)))
    return *index.with_records(was, now), now


def _extended(spelled: pa.Table, real: pa.Table) -> pa.Table:
    """Comparison columns with places, of the spelled records and of those RECORDS that are not among them."""
    others = real.filter(pc.invert(pc.is_in(real["record_id"], value_set=spelled["record_id"])))
    rows = [spelled.drop_columns("place"), comparison_columns(others)]
    return with_places(pa.concat_tables(rows).sort_by("record_id"))


def _real(state: ChangedState, record_ids: Iterable[str]) -> pa.Table:
    return without_junk_values(state.records(record_ids), state.compared_junk)


def _scored_before(before: ResolvedState, record_ids: set[str], pairs: pa.Table, weakened: pa.Table) -> pa.Table:
    """Probabilistic edges there were with an end in some records, and of other pairs (ENDS)."""
    asked = pa.concat_tables([pairs.select(ENDS.names), weakened])
    return _of_kind(before.edge_weights(record_ids, asked), "probabilistic")


def _with_weakened(pairs: pa.Table, edges: pa.Table, weakened: pa.Table) -> pa.Table:
    """The pairs, and of the ``edges`` there were those that may be weakened and are not among the pairs.

    The rule that found an edge finds it still: neither record is another, nor passed a block of theirs the bound.
    """
    found = semi_join(edges.select([*ENDS.names, "rule"]), weakened, ENDS.names)
    found = anti_join(found, pairs, ENDS.names)
    # What edges say of a rule is without the number that rules are ordered by.
    rules = pc.binary_join_element_wise("00", found["rule"], " ")
    return pa.concat_tables([pairs, found.set_column(2, "rule", rules).cast(pairs.schema)])


def _score(
    state: ChangedState, index: MatchIndex, mine: pa.Table, pairs: pa.Table, calibration: Calibration, rules: Rules
) -> pa.Table:
    """The probabilistic edges of some pairs; ``mine`` are comparison columns that are spelled already."""
    ids = pa.chunked_array([*pairs["record_id_l"].chunks, *pairs["record_id_r"].chunks], pa.string()).unique()
    real = _real(state, ids.to_pylist())
    compared = _extended(mine, real)
    with session() as sql:
        tables = {"found": pairs, "places": compared.select(["record_id", "place"])}
        placed = query(sql, "increment_pairs", tables)
    return score_candidates(
        real,
        compared,
        placed,
        index.frequencies(compared),
        calibration.known,
        rules.model.of_records(state.count_records()),
        rules.settings,
    )


def _rewritten(old: pa.Table, new: pa.Table, gained: pa.Table, record_ids: set[str]) -> tuple[pa.Table, pa.Table]:
    """Which of the ``old`` edges (EDGE_WEIGHTS) go, and which of the ``new`` ones (EDGES) come.

    What weighs the same stays as it was written, where its evidence cannot be another: of records that are as they
    were, and not scored anew.
    """
    ids = pa.array(sorted(record_ids), pa.string())
    changed = pc.or_(pc.is_in(new["record_id_l"], ids), pc.is_in(new["record_id_r"], ids))
    may_differ = pc.or_(pc.equal(new["kind"], "probabilistic"), changed)
    same = anti_join(new.filter(pc.invert(may_differ)).select(EDGE_KEY), gained, EDGE_KEY)
    return anti_join(old, same, EDGE_KEY), anti_join(new, same, EDGE_KEY)


def _linking(state: ChangedState) -> pa.Table:
    """Those of the changed records' values that link now, or did before."""
    states = pa.concat_tables([state.states_before, state.states])
    linking = states.filter(pc.equal(states["state"], "ok"))
    return distinct_values(linking)


def _key_edges_before(state: ChangedState, linking: pa.Table) -> pa.Table:
    """Deterministic edges there were between records that shared one of the values."""
    edges = _of_kind(state.before.edge_weights(state.before.holders(linking)), "deterministic")
    return _sharing(edges, state.before.pairs(_ends(edges)), linking)


def _key_edges(state: ChangedState, linking: pa.Table, weights: pa.Table) -> pa.Table:
    """Deterministic edges there are between records that share one of the values."""
    held = state.pairs(state.holders(linking))
    # Two records may share several values of one type, and their edge shows the best: the others count as well.
    alike = semi_join(held, linking.select(["type"]), ["type"])
    counted = alike.group_by(VALUES.names).aggregate([("record_id", "count")])
    several = counted.filter(pc.greater(counted["record_id_count"], 1))
    states = state.states_of(pa.concat_tables([linking, several.select(VALUES.names).cast(VALUES)]))
    values = distinct_values(states.filter(pc.equal(states["state"], "ok")))
    pairs = semi_join(state.pairs(state.holders(values)), values, VALUES.names)
    edges = match_key_edges(state.records(pairs["record_id"].to_pylist()), pairs, states, weights)
    return _sharing(edges, held, linking)


def _sharing(edges: pa.Table, pairs: pa.Table, values: pa.Table) -> pa.Table:
    """Edges whose two records share one of the values, of the edge's own identifier type."""
    with session() as sql:
        found = query(sql, "increment_keys", {"edges": edges, "pairs": pairs, "asked": values})
    return found.select(edges.schema.names).cast(edges.schema)


def _judge(state: ChangedState, judgements: pa.Table) -> pa.Table:
    ids = {*judgements["record_id_a"].to_pylist(), *judgements["record_id_b"].to_pylist()}
    return judgement_edges(judgements, state.records(ids))


def _cluster(state: ChangedState, members: set[str], edges: pa.Table, rules: Rules) -> Clusters:
    pairs = state.pairs(members)
    used = without_junk(pairs, state.states_of(pairs))
    return cluster_edges(state.records(members), used, edges, rules.policies, rules.settings)


def _of_kind(edges: pa.Table, kind: str) -> pa.Table:
    return edges.filter(pc.equal(edges["kind"], kind))


def _ends(edges: pa.Table) -> set[str]:
    return {*edges["record_id_l"].to_pylist(), *edges["record_id_r"].to_pylist()}


def _negative(totals: pa.Table) -> pa.Table:
    negated = [pc.negate(totals[name]) for name in ("records", "squares")]
    return pa.table([totals["type"], *negated], names=["type", "records", "squares"])


def apply_increment(state: ResolvedState, increment: Increment) -> None:
    """Write the increment over the state that it was evaluated on, in the caller's transaction."""
    write_records(state, increment.changed)
    state.delete("identifier_states", increment.values)
    state.insert("identifier_states", increment.states)
    state.delete("edges", increment.removed.select(EDGE_KEY))
    state.insert("edges", increment.added)
    # A refusal stands between records of one component; where a record went, so did its refusals.
    members = pa.array(sorted(increment.members | increment.changed.gone), pa.string())
    for end in ("record_id_l", "record_id_r"):
        state.delete("refusals", pa.table({end: members}))
    state.insert("refusals", increment.clusters.refusals)


def write_records(state: ResolvedState, changed: Changed) -> None:
    """Write records and their identifiers over what the state has of them, in the caller's transaction."""
    ids = pa.table({"record_id": pa.array(sorted(changed.ids), pa.string())})
    for table, rows in (("records", changed.records), ("record_identifiers", changed.pairs)):
        state.delete(table, ids)
        state.insert(table, rows)
