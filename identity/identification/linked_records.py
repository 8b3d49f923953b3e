"""Which records have edges with which, by row, so that the component of a record is found without reading all edges."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from identity.queries import query, session

Integers = npt.NDArray[np.int64]

LinkedRows = tuple[int, int, float | None, float | None, str | None]
"""Two rows, the smaller record id first, with what :class:`identity.clustering.Link` holds of them."""


@dataclass(frozen=True)
class LinkedRecords:
    """The links of clustering (clustering.sql), from the strongest to the weakest, as arrays.

    ``one`` and ``other`` are rows, ``link_weights`` and ``scores`` NaN where there is none, ``judgements`` null where
    there is none. ``places`` are the links of each row, from ``starts[row]`` to ``starts[row + 1]``.
    """

    one: Integers
    other: Integers
    link_weights: npt.NDArray[np.float64]
    scores: npt.NDArray[np.float64]
    judgements: pa.Array
    starts: Integers
    places: Integers

    @classmethod
    def of(cls, edges: pa.Table, record_ids: pa.ChunkedArray, link_match_weight: float) -> LinkedRecords:
        """The links of EDGES between records, whose rows are their places in ``record_ids``."""
        columns = edges.select(["record_id_l", "record_id_r", "kind", "rule", "match_weight"])
        with session() as sql:
            links = query(sql, "clustering", {"edges": columns}, {"link_match_weight": link_match_weight})
        one, other = (pc.index_in(links[end], value_set=record_ids).to_numpy().astype(np.int64) for end in "lr")
        ends = np.concatenate([one, other])
        order = np.argsort(ends, kind="stable")
        weights = [pc.fill_null(links[name], math.nan).to_numpy() for name in ("link_weight", "score")]
        return cls(
            one=one,
            other=other,
            link_weights=weights[0],
            scores=weights[1],
            judgements=links["judgement"].combine_chunks(),
            starts=np.searchsorted(ends[order], np.arange(len(record_ids) + 1)),
            places=order % max(len(one), 1),
        )

    def component_of(self, rows: Iterable[int], most: int) -> set[int] | None:
        """All rows that evidence leads to from the given ones, and those; None if they are more than ``most``.

        A judgement that two records are different people leads nowhere.
        """
        seen = set(rows)
        rim = list(seen)
        while rim:
            row = rim.pop()
            for place in self.places[self.starts[row] : self.starts[row + 1]].tolist():
                if math.isnan(self.link_weights[place]) and math.isnan(self.scores[place]):
                    continue
                for end in (int(self.one[place]), int(self.other[place])):
                    if end not in seen:
                        seen.add(end)
                        rim.append(end)
            if len(seen) > most:
                return None
        return seen

    def between(self, rows: set[int]) -> list[LinkedRows]:
        """The links with both ends in the rows, from the strongest to the weakest."""
        places = {place for row in rows for place in self.places[self.starts[row] : self.starts[row + 1]].tolist()}
        found: list[LinkedRows] = []
        for place in sorted(places):
            one, other = int(self.one[place]), int(self.other[place])
            if one in rows and other in rows:
                weight, score = float(self.link_weights[place]), float(self.scores[place])
                found.append((one, other, _known(weight), _known(score), self.judgements[place].as_py()))
        return found


def _known(number: float) -> float | None:
    return None if math.isnan(number) else number
