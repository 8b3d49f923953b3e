"""From people as they are to people as they would be: who is merged, who is split, who is both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa

from identity.disjoint_sets import DisjointSets
from identity.queries import session

Kind = Literal["merge", "split", "rearrangement"]
KINDS: tuple[Kind, ...] = ("merge", "split", "rearrangement")


@dataclass(frozen=True)
class Regrouping:
    """People who would be other people, with all who have a record in common with them.

    ``before`` and ``after`` count, per profile id, the records that are in both states. A ``merge`` has one profile
    after, a ``split`` one before, a ``rearrangement`` several of both.
    """

    before: Mapping[str, int]
    after: Mapping[str, int]

    @property
    def kind(self) -> Kind:
        """What happens to them."""
        if len(self.after) == 1:
            return "merge"
        return "split" if len(self.before) == 1 else "rearrangement"

    @property
    def records(self) -> int:
        """How many records it is about."""
        return sum(self.before.values())

    @property
    def name(self) -> str:
        """Stands for it wherever there must be an order."""
        return min(self.before)


@dataclass(frozen=True)
class PeopleChanges:
    """How many people there are and would be, and what becomes of them.

    ``unchanged`` people keep the records that they have (new ones may come to them), ``new`` people have new records
    only, ``gone`` people have no record left; all others are in ``regroupings``, by name.
    """

    before: int
    after: int
    unchanged: int
    new: int
    gone: int
    regroupings: tuple[Regrouping, ...]

    def of_kind(self, kind: Kind) -> list[Regrouping]:
        """The regroupings of one kind."""
        return [regrouping for regrouping in self.regroupings if regrouping.kind == kind]


def compare_people(before: pa.Table, after: pa.Table) -> PeopleChanges:
    """What becomes of people; both tables hold ``record_id`` and ``profile_id``, every record once, in any order.

    Names do not matter: it is the records that are together that are compared.
    """
    overlaps = Path(__file__).with_name("overlaps.sql").read_text(encoding="utf-8")
    with session() as sql:
        sql.register("before", before.select(["record_id", "profile_id"]))
        sql.register("after", after.select(["record_id", "profile_id"]))
        sql.execute(f"create temp table pairs as {overlaps}")
        tangled = sql.execute("select * exclude (is_alone) from pairs where not is_alone order by all").fetchall()
        before_all, after_all, unchanged, new, gone = sql.execute(
            """
            select
                (select count(distinct profile_id) from before),
                (select count(distinct profile_id) from after),
                (select count(*) from pairs where is_alone),
                (select count(distinct profile_id) from after
                    where profile_id not in (select profile_after from pairs)),
                (select count(distinct profile_id) from before
                    where profile_id not in (select profile_before from pairs))
            """
        ).fetchall()[0]
    return PeopleChanges(before_all, after_all, unchanged, new, gone, tuple(_regroup(tangled)))


def _regroup(overlaps: Iterable[tuple[str, str, int]]) -> list[Regrouping]:
    """Overlaps that hang together, each as one regrouping, by name."""
    sets, rows = DisjointSets(), list(overlaps)
    for before, after, _ in rows:
        # A person may carry its id on, so that the two sides need names of their own.
        sets.unite(f"before {before}", f"after {after}")
    sides: dict[str, tuple[dict[str, int], dict[str, int]]] = {}
    for before, after, records in rows:
        befores, afters = sides.setdefault(sets.find(f"before {before}"), ({}, {}))
        befores[before] = befores.get(before, 0) + records
        afters[after] = afters.get(after, 0) + records
    return sorted((Regrouping(*both) for both in sides.values()), key=lambda regrouping: regrouping.name)
