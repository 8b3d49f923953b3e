"""Who one record is: the person it would join if all records were resolved now, with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any

from identity.clustering import MAX_COMPONENT_RECORDS, Facts, Link, cluster_component
from identity.comparison_columns import comparison_columns
from identity.compiled_scorers import compile_scorer
from identity.identification.answers import Answer, AnswerEdge, Candidate, Refused
from identity.identification.asked_records import AskedRecord, Forms
from identity.identification.candidate_edges import score_candidates
from identity.identification.key_edges import best_values
from identity.identification.known_records import KnownRecords
from identity.identification.shared_values import CarriedValues, carried_values, holder_of
from identity.identification.shown_values import comparison_names
from identity.identification.value_states import Policies
from identity.junk_values import COMPARED_TYPES
from identity.limits import Limit, limited_values
from identity.match_models import MatchModel
from models.policies import IdentifierPolicy
from models.settings import IdentitySettings
from schemas.tables import RECORDS

ASKED_ROW = -1
"""The row of the record that is asked about, which has none."""

NOBODY_ALIKE = "nothing that is known speaks for anybody"
TOO_WEAK = "what speaks for somebody weighs too little"
ALL_REFUSED = "every union that something speaks for is refused"


class PersonFinder:
    """Answers for one published state; safe to be asked by several threads. Close it, or use it in a with block."""

    def __init__(
        self,
        known: KnownRecords,
        model: MatchModel,
        settings: IdentitySettings,
        policies: Mapping[str, IdentifierPolicy],
    ) -> None:
        """``settings`` with the thresholds that ``known`` was resolved by.

        Raises:
            UsageError: the match model cannot be compiled; names the level.
        """
        self.known = known
        self._model, self._settings, self._policies = model, settings, Policies(policies)
        columns = frozenset(comparison_columns(RECORDS.empty_table()).column_names)
        self._scorer = compile_scorer(model, columns)
        self._forms = Forms(comparison_names(model))

    def __enter__(self) -> PersonFinder:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of what answering needs."""
        self._forms.close()

    def identify(self, record: Mapping[str, Any], identifiers: Iterable[tuple[str, str]]) -> Answer:
        """Who a record is: a row of RECORDS, with all types and values of identifiers that it carries.

        A record whose id is known is that record, and its person the record's.
        """
        record_id, identifiers = str(record["record_id"]), list(identifiers)
        row = self.known.row_of(record_id)
        if row is not None:
            profile_id = self.known.profile_id(row)
            candidate = Candidate(profile_id, None, 1)
            return Answer("known", profile_id, None, record_id, "the source record itself is known", (candidate,))
        compared = self._forms.describe(record)
        carried = carried_values(self.known, record, compared, identifiers, self._policies)
        asked = self._ask(record, compared, carried)
        edges = self._edges(asked, carried)
        if not edges:
            return Answer("new", None, None, record_id, NOBODY_ALIKE)
        return self._decide(asked, [pair for pair in identifiers if pair not in carried.junk], edges)

    def _ask(self, record: Mapping[str, Any], compared: Mapping[str, Any], carried: CarriedValues) -> AskedRecord:
        junk = {name: None for name in COMPARED_TYPES if (name, record[name]) in carried.junk}
        real = {**record, **junk}
        return self._forms.make(real, self._forms.describe(real) if junk else compared)

    def _edges(self, asked: AskedRecord, carried: CarriedValues) -> dict[int, list[AnswerEdge]]:
        """All edges of the record, by row of the other, strongest first."""
        found: dict[int, list[AnswerEdge]] = {}
        mine = holder_of(str(asked.record["record_id"]), ASKED_ROW, asked.compared)
        for (row, kind), shared in best_values(mine, carried.linking).items():
            weight = sum(part.match_weight for part in shared.evidence)
            ends = (self.known.record_id(row), self.known.profile_id(row))
            found.setdefault(row, []).append(AnswerEdge(*ends, "deterministic", kind, weight, shared.evidence))
        scored = score_candidates(self.known, asked, self._forms, self._scorer, self._model, self._settings.keeps_from)
        for row, (rule, score) in scored.items():
            ends = (self.known.record_id(row), self.known.profile_id(row))
            edge = AnswerEdge(*ends, "probabilistic", rule, score.match_weight, score.evidence, self._scorer.version)
            found.setdefault(row, []).append(edge)
        return {row: sorted(edges, key=_strongest) for row, edges in found.items()}

    def _decide(
        self, asked: AskedRecord, identifiers: Sequence[tuple[str, str]], edges: Mapping[int, list[AnswerEdge]]
    ) -> Answer:
        record_id, limits = str(asked.record["record_id"]), self._policies.limits
        rows = self.known.links.component_of(edges, MAX_COMPONENT_RECORDS)
        # Of a component that is too large a whole resolution takes apart what is weak: here its nearest will do.
        rows = set(edges) if rows is None else rows
        facts = self.known.facts(rows, limits) | {record_id: _facts(asked, identifiers, limits)}
        links = [*self.known.links_between(rows), *self._links(record_id, edges)]
        clusters, refusals = cluster_component(sorted(links, key=_link_order), facts, limits)
        mine = next((cluster for cluster in clusters if record_id in cluster), [record_id])
        row_of = {self.known.record_id(row): row for row in rows}
        joined = [self.known.profile_id(row_of[member]) for member in mine if member != record_id]
        refused = tuple(
            Refused(other, self.known.profile_id(row_of[other]), weight, reason)
            for one, two, weight, reason in sorted(refusals, key=lambda refusal: -refusal[2])
            if record_id in (one, two)
            for other in (two if one == record_id else one,)
        )
        return self._answer(record_id, joined, [edge for found in edges.values() for edge in found], refused)

    def _links(self, record_id: str, edges: Mapping[int, list[AnswerEdge]]) -> list[Link]:
        links = []
        for found in edges.values():
            other = found[0].record_id
            linking = [edge.match_weight for edge in found if self._may_link(edge)]
            score = next((edge.match_weight for edge in found if edge.kind == "probabilistic"), None)
            weight = round(max(linking), 6) if linking else None
            links.append(Link(min(record_id, other), max(record_id, other), weight, score))
        return links

    def _may_link(self, edge: AnswerEdge) -> bool:
        return edge.kind == "deterministic" or edge.match_weight >= self._settings.joins_from

    def _answer(
        self, record_id: str, joined: Sequence[str], edges: Sequence[AnswerEdge], refused: tuple[Refused, ...]
    ) -> Answer:
        ordered = sorted(edges, key=_strongest)
        best: dict[str, float] = {}
        for edge in ordered:
            if self._may_link(edge):
                best.setdefault(edge.profile_id, edge.match_weight)
        candidates = sorted(
            (Candidate(profile_id, best.get(profile_id), joined.count(profile_id)) for profile_id in set(joined)),
            key=lambda one: (one.match_weight is None, -(one.match_weight or 0.0), one.profile_id),
        )
        mine = {candidate.profile_id for candidate in candidates}
        evidence = Answer(
            status="new",
            profile_id=None,
            match_weight=None,
            record_id=record_id,
            because=ALL_REFUSED if refused else TOO_WEAK,
            candidates=tuple(candidates),
            edges=tuple(edge for edge in ordered if edge.profile_id in mine),
            other_edges=tuple(edge for edge in ordered if edge.profile_id not in mine),
            refused=refused,
        )
        if not candidates:
            return evidence
        named = replace(evidence, profile_id=candidates[0].profile_id, match_weight=candidates[0].match_weight)
        if len(candidates) == 1:
            return replace(named, status="known", because=f"it joins {len(joined)} records of this person")
        return replace(named, status="ambiguous", because=f"it would make one person of {len(candidates)}")


def _facts(asked: AskedRecord, identifiers: Sequence[tuple[str, str]], limits: Mapping[str, Limit]) -> Facts:
    said = asked.compared
    # Asked now, and of no event time: its values count beside all others.
    limited = limited_values(((kind, value, None, None) for kind, value in identifiers), limits)
    return Facts(said["first_name"], said["family_name"], said["birth_date"], said["generation_read"], limited)


def _strongest(edge: AnswerEdge) -> tuple[float, str, str]:
    return -edge.match_weight, edge.record_id, edge.kind


def _link_order(link: Link) -> tuple[bool, bool, float, str, str]:
    """The order of ``clustering.sql``: judged to be one person, then the strongest."""
    return link.judgement != "same", link.link_weight is None, -(link.link_weight or 0.0), link.l, link.r
