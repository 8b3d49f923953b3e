"""Pictures: the same for the same people, readable without network or script, whatever stands in an id."""

from __future__ import annotations

import re
from itertools import permutations
from xml.etree import ElementTree

import pytest

from identity.evidence import Edge
from pipelines.pictures.drawings import draw
from pipelines.pictures.graphs import MAX_NODES, make_graph
from pipelines.pictures.layouts import lay_out
from pipelines.pictures.pages import pair_page, person_page
from pipelines.pictures.styles import DARK, LIGHT
from tests.support.explained import (
    BERT,
    CRM,
    EDGES,
    LINK,
    MAIL,
    anna,
    anna_and_carla,
    anna_and_her_card,
    anna_graph,
    keyed,
)
from tests.support.goldens import assert_golden

SVG = "{http://www.w3.org/2000/svg}"


def body(page: str) -> str:
    """A page without its doctype, for a reader of XML."""
    return page.removeprefix("<!DOCTYPE html>\n")


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_graph_of_a_person_is_drawn_as_it_was_approved() -> None:
    assert_golden("person.svg", draw(anna_graph()))


def test_the_page_of_a_person_is_as_it_was_approved() -> None:
    assert_golden("person.html", person_page(anna(), anna_graph(), LINK))


@pytest.mark.parametrize("edges", list(permutations(EDGES))[::97])
def test_the_order_of_edges_changes_no_line_of_a_picture(edges: tuple[Edge, ...]) -> None:
    assert draw(anna_graph(list(edges))) == draw(anna_graph())


def test_a_drawing_shows_every_record_and_dashes_what_was_refused() -> None:
    picture = ElementTree.fromstring(draw(anna_graph()))  # noqa: S314  our own text
    titles = {title.text for title in picture.iter(f"{SVG}title")}
    assert {CRM, MAIL, BERT} <= titles
    refused = [path for path in picture.iter(f"{SVG}path") if path.get("class") == "line refused"]
    assert [path.find(f"{SVG}title") is not None for path in refused] == [True, False]  # the line, and the legend's
    assert ".refused{stroke-dasharray" in draw(anna_graph())


@pytest.mark.parametrize(
    "page",
    [
        person_page(anna(), anna_graph(), LINK),
        pair_page(anna_and_her_card(), anna_graph(), LINK),
        pair_page(anna_and_carla(), anna_graph(), LINK),
    ],
)
def test_a_page_stands_alone(page: str) -> None:
    root = ElementTree.fromstring(body(page))  # noqa: S314  our own text
    assert {element.tag for element in root.iter()}.isdisjoint({"script", "link", "img", "iframe"})
    assert "default-src 'none'" in page
    assert re.findall(r"(?:src|href)=|url\(|https?://|@import", page) == []


def test_ids_that_hold_markup_or_control_characters_stay_text() -> None:
    strange = 'crm:crm_id:<script>"&\x00\x1b'
    graph = make_graph("Person p", {strange: "p", CRM: "p"}, "p", [keyed(CRM, strange, "email", "<b>")], [], LINK)
    picture = ElementTree.fromstring(draw(graph))  # noqa: S314  our own text
    assert 'crm:crm_id:<script>"&\ufffd\ufffd' in {title.text for title in picture.iter(f"{SVG}title")}


def test_no_two_records_stand_in_one_place_and_no_line_leaves_the_picture() -> None:
    records = {f"crm:crm_id:{number:03}": "p" for number in range(30)} | {f"x:email:{n}": f"q{n}" for n in range(9)}
    names = list(records)
    edges = [keyed(names[0], other, "email", "x") for other in names[1:30]]
    layout = lay_out(make_graph("Person p", records, "p", edges, [], LINK))
    assert len({(place.x, place.y) for place in layout.places}) == 39
    assert all(0 <= x <= layout.width and 0 <= y <= layout.height for curve in layout.curves for x, y in [curve.mark])


def test_of_very_many_records_those_that_matter_are_drawn_and_the_rest_is_counted() -> None:
    records = {f"crm:crm_id:{number:03}": "p" for number in range(100)}
    graph = make_graph("Person p", records, "p", [], [], LINK, asked=["crm:crm_id:099"])
    assert (len(graph.left), graph.hidden, graph.left[0].record_id) == (MAX_NODES, 60, "crm:crm_id:099")
    assert "60 more records are not drawn" in draw(graph)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_everything_stands_out_from_its_ground(colours: dict[str, str]) -> None:
    ground = luminance(colours["ground"])
    for name in colours.keys() - {"ground", "rule"}:
        light, dark = sorted((ground, luminance(colours[name])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, name
