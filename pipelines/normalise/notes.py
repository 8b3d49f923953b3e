"""Warnings on events: what normalisation could not use but did not refuse."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc


class Notes:
    """Collects warnings per event. Texts name a field and a reason, never a value."""

    def __init__(self, events: int) -> None:
        """Warnings of ``events`` events, none yet."""
        self._texts: list[list[str] | None] = [None] * events

    def add(self, mask: pa.Array, text: str, places: pa.Array | None = None) -> None:
        """Note ``text`` on the events where ``mask`` is true; ``places`` says which events the mask is about."""
        found = pc.indices_nonzero(pc.fill_null(mask, False))
        if len(found) == 0:
            return
        for place in (found if places is None else places.take(found)).to_pylist():
            texts = self._texts[place] = self._texts[place] or []
            if text not in texts:
                texts.append(text)

    def unusable(self, raw: pa.Array, clean: pa.Array, text: str, places: pa.Array | None = None) -> None:
        """Note ``text`` where something was sent and nothing of it could be used; blank counts as nothing sent."""
        if clean.null_count > raw.null_count:
            said = pc.not_equal(pc.utf8_trim_whitespace(raw), "")
            self.add(pc.and_(said, clean.is_null()), text, places)

    def array(self) -> pa.Array:
        """One list of warnings an event, null where there are none."""
        return pa.array(self._texts, pa.list_(pa.string()))
