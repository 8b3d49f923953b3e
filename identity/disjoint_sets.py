"""Disjoint sets: which members are together, as pairs are united one after the other (union-find)."""

from __future__ import annotations


class DisjointSets:
    """Sets of texts that only grow. A member not seen before is a set of its own."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, member: str) -> str:
        """The member that stands for the whole set."""
        parent = self._parent
        parent.setdefault(member, member)
        while parent[member] != member:
            # Halving the path keeps later searches short.
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    def unite(self, keep: str, gone: str) -> bool:
        """Make one set of two; the one that stood for ``keep`` stands for both. False: they were together already."""
        one, other = self.find(keep), self.find(gone)
        self._parent[other] = one
        return one != other
