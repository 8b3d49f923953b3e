"""Groups of records that grow into people: what is known of each and between each two, and what keeps two apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from identity.disjoint_sets import DisjointSets
from identity.limits import Held, Limit
from identity.links import MAX_COMPONENT_RECORDS, Link
from identity.names import birth_dates_agree, first_names_differ

JUDGED_DIFFERENT = "judged to be different people"
"""Why a union is refused that a judgement forbids."""

DIFFERENT_FIRST_NAMES = "different first names"
DIFFERENT_BIRTH_DATES = "different birth dates"

SENIOR_AND_JUNIOR = "one is senior, the other junior"
"""Why a union is refused of two people who share name and address, and are told apart by just this."""

MOSTLY_UNLIKE = "most of their records are unlike"
"""Why a union is refused that a few pairs speak for, while most do not."""

MIN_PAIRS = 9
"""From so many pairs between two groups on, all of them are asked: a person's records need not all be alike."""

UNSEEN_MATCH_WEIGHT = -1.0
"""What a pair of described records counts that no blocking rule found, or that weighed too little to be kept."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What vetoes look at in one record: cleaned first name and surname, ISO birth date, values of limited types.

    ``generation`` is ``junior``, ``senior`` or a later one (``iii``).
    """

    first_name: str | None = None
    family_name: str | None = None
    birth_date: str | None = None
    generation: str | None = None
    limited: Mapping[str, frozenset[Held]] = field(default_factory=dict)


class Between(NamedTuple):
    """What the pairs between two groups weigh in sum: those that were scored, and those with an identifier alone."""

    score: float = 0.0
    scored: int = 0
    keys: float = 0.0
    keyed: int = 0
    unlike: float = 0.0
    """Of the scored pairs, those of two first names or two birth dates."""
    unlikes: int = 0

    @classmethod
    def of(cls, link: Link, is_unlike: bool) -> Between:
        """Of one pair; a score tells more than the identifier that it has weighed as well."""
        if link.score is None:
            return cls(keys=link.link_weight or 0.0, keyed=1)
        return cls(score=link.score, scored=1, unlike=link.score * is_unlike, unlikes=int(is_unlike))

    def plus(self, more: Between) -> Between:
        """Of the pairs of both."""
        return Between(
            self.score + more.score,
            self.scored + more.scored,
            self.keys + more.keys,
            self.keyed + more.keyed,
            self.unlike + more.unlike,
            self.unlikes + more.unlikes,
        )

    def balance(self, described_pairs: int) -> float:
        """The sum over all pairs; records that describe nobody cannot be unlike, so only described pairs go unseen."""
        unseen = max(0, described_pairs - self.scored - self.keyed)
        return self.score + self.keys + unseen * UNSEEN_MATCH_WEIGHT

    def refutes(self, reason: str, unlike_pairs: int) -> bool:
        """Whether the pairs bear out that names or dates are unlike, as so many of them are.

        Only the pairs that have both can say that they are one person's all the same. Where none of them was scored,
        and it is about dates, the others are asked: a date that one of a person's records has wrong is no reason to
        leave aside what speaks for the rest.
        """
        unseen = max(0, unlike_pairs - self.unlikes) * UNSEEN_MATCH_WEIGHT
        if self.unlikes == 0 and reason == DIFFERENT_BIRTH_DATES:
            return self.scored == 0 or self.score + unseen < 0
        return self.unlikes == 0 or self.unlike + unseen < 0


NOTHING = Between()


class Groups:
    """Groups of records that grow by union, with what is known of each group and between each two."""

    def __init__(self, links: Sequence[Link], facts: Mapping[str, Facts], limits: Mapping[str, Limit]) -> None:
        self._sets = DisjointSets()
        self._limits = limits
        self._known: dict[str, Known] = {}
        self._between: dict[str, dict[str, Between]] = {}
        self._apart: dict[str, set[str]] = {}
        for link in links:
            for record in (link.l, link.r):
                if record not in self._known:
                    self._known[record] = Known.of(record, facts.get(record, Facts()))
                    self._between[record] = {}
            if link.score is not None or link.link_weight is not None:
                self._between[link.l][link.r] = self._between[link.r][link.l] = Between.of(
                    link, self._known[link.l].disagreement(self._known[link.r]) is not None
                )
            if link.judgement == "different":
                self._apart.setdefault(link.l, set()).add(link.r)
                self._apart.setdefault(link.r, set()).add(link.l)

    def find(self, record: str) -> str:
        return self._sets.find(record)

    def members(self) -> list[list[str]]:
        return sorted(sorted(known.members) for known in self._known.values())

    def veto(self, one: str, other: str) -> str | None:
        """That a judgement keeps a record of one group apart from one of the other, or None."""
        return JUDGED_DIFFERENT if other in self._apart.get(one, ()) else None

    def objection(self, one: str, other: str) -> str | None:
        """Why the evidence has two groups stay apart, or None."""
        left, right = self._known[one], self._known[other]
        for name, limit in self._limits.items():
            mine, theirs = left.limited.get(name), right.limited.get(name)
            if mine is not None and theirs is not None and limit.is_broken_by(mine | theirs):
                return f"{name}: {limit.words}"
        if len(left.members) + len(right.members) > MAX_COMPONENT_RECORDS:
            return f"more than {MAX_COMPONENT_RECORDS} records"
        if left.generations and right.generations and left.generations.isdisjoint(right.generations):
            return SENIOR_AND_JUNIOR
        between = self._between[one].get(other, NOTHING)
        disagreement = left.disagreement(right)
        if disagreement is not None:
            reason, pairs = disagreement
            if between.refutes(reason, pairs):
                return reason
        if (
            len(left.members) * len(right.members) >= MIN_PAIRS
            and between.balance(left.described * right.described) < 0
        ):
            return MOSTLY_UNLIKE
        return None

    def unite(self, one: str, other: str) -> None:
        keep, gone = (one, other) if len(self._between[one]) >= len(self._between[other]) else (other, one)
        self._sets.unite(keep, gone)
        self._known[keep].absorb(self._known.pop(gone))
        kept = self._between[keep]
        kept.pop(gone, None)
        for neighbour, more in self._between.pop(gone).items():
            if neighbour == keep:
                continue
            self._between[neighbour].pop(gone)
            kept[neighbour] = self._between[neighbour][keep] = kept.get(neighbour, NOTHING).plus(more)
        for enemy in self._apart.pop(gone, ()):
            self._apart[enemy].discard(gone)
            self._apart[enemy].add(keep)
            self._apart.setdefault(keep, set()).add(enemy)


@dataclass(slots=True)
class Known:
    """What is known of a group: its records, and how often each name, birth date and limited identifier occurs."""

    members: list[str]
    first_names: dict[str, int]
    family_names: set[str]
    birth_dates: dict[str, int]
    generations: set[str]
    limited: dict[str, frozenset[Held]]
    described: int
    """How many of the members say a name or a birth date."""

    @classmethod
    def of(cls, record: str, facts: Facts) -> Known:
        return cls(
            members=[record],
            first_names={facts.first_name: 1} if facts.first_name else {},
            family_names={facts.family_name} if facts.family_name else set(),
            birth_dates={facts.birth_date: 1} if facts.birth_date else {},
            generations={facts.generation} if facts.generation else set(),
            limited=dict(facts.limited),
            described=int(any((facts.first_name, facts.family_name, facts.birth_date))),
        )

    def absorb(self, other: Known) -> None:
        self.members += other.members
        self.described += other.described
        self.family_names |= other.family_names
        self.generations |= other.generations
        for mine, theirs in ((self.first_names, other.first_names), (self.birth_dates, other.birth_dates)):
            for value, count in theirs.items():
                mine[value] = mine.get(value, 0) + count
        for name, values in other.limited.items():
            self.limited[name] = self.limited.get(name, frozenset()) | values

    def disagreement(self, other: Known) -> tuple[str, int] | None:
        """Which of first name and birth date disagrees in more than half of the pairs of records, and in how many."""
        agree = total = 0
        for name, count in self.first_names.items():
            for name_there, count_there in other.first_names.items():
                total += count * count_there
                swapped = name in other.family_names or name_there in self.family_names
                agree += count * count_there * (swapped or not first_names_differ(name, name_there))
        if 2 * agree < total:
            return DIFFERENT_FIRST_NAMES, total - agree
        agree = total = 0
        for born, count in self.birth_dates.items():
            for born_there, count_there in other.birth_dates.items():
                total += count * count_there
                agree += count * count_there * birth_dates_agree(born, born_there)
        return (DIFFERENT_BIRTH_DATES, total - agree) if 2 * agree < total else None
