"""Pictures of the report are well-formed and say what they show in words."""

from __future__ import annotations

from xml.etree import ElementTree

from pipelines.clean.histograms import Bar, histogram


def test_a_histogram_is_a_drawing_with_a_bar_for_each_count() -> None:
    drawing = ElementTree.fromstring(histogram([Bar("1", 8), Bar("2", 4, is_light=True)], "records", "people"))  # noqa: S314
    bars = drawing.findall("rect")
    assert [(bar.get("height"), bar.get("fill")) for bar in bars] == [("164.0", "#2f5d8c"), ("82.0", "#b8c9dc")]
    assert drawing.findtext("title") == "people by records: 1: 8, 2: 4"


def test_nothing_to_show_is_said() -> None:
    assert histogram([], "match weight", "pairs of records") == '<p class="note">No pairs of records to show.</p>'
