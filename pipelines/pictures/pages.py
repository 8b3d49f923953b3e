"""One page that explains one person or two: the graph, the weights as waterfalls, and what would have to change.

It needs no network, no script and no other file. It shows people's data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from identity.cuts import Cut, Tie
from identity.evidence import Edge
from identity.explanations import PairExplanation
from identity.obstacles import Obstacle
from identity.shared_keys import SharedKey
from identity.wording import edge_words
from pipelines.explanations import PersonExplanation, holding_ties
from pipelines.pictures.drawings import draw
from pipelines.pictures.graphs import Graph
from pipelines.pictures.styles import page_style
from pipelines.pictures.texts import safe
from pipelines.pictures.waterfalls import waterfall

NO_NETWORK = "default-src 'none'; style-src 'unsafe-inline'"

MAX_PAIRS = 3
"""Of what speaks for two people so many edges are shown, the strongest."""


def person_page(explanation: PersonExplanation, graph: Graph, link_match_weight: float) -> str:
    """Why the records of one profile are one person."""
    parts = [
        f"<p>{len(explanation.records):,} source records are one person.</p>",
        draw(graph, is_alone=False),
        _section("They are one person by", _ties(holding_ties(explanation))),
        _section("The strongest edges that hold them together", _edges(explanation.edges, link_match_weight)),
    ]
    if explanation.weakest is not None:
        parts.append(_section("Where they would first come apart, without", _cut(explanation.weakest)))
    states = [
        (row["type"], row["value"], row["state"], f"{row['people']:,}", row["rule"]) for row in explanation.states
    ]
    header = ("identifier", "value", "state", "people", "because")
    parts.append(_section("Identifiers that join nobody by themselves", _table(header, states)))
    refused = [
        (row["record_id_l"], row["record_id_r"], f"{row['match_weight']:.1f}", row["reason"])
        for row in explanation.refusals
    ]
    parts.append(_section("Refused unions", _table(("record", "record", "weight", "because"), refused)))
    return _page(graph.title, parts)


def pair_page(explanation: PairExplanation, graph: Graph, link_match_weight: float) -> str:
    """Why two records are one person, or why not."""
    parts = [
        f"<p><strong>{safe(explanation.verdict.capitalize())}</strong>: {safe(explanation.reason)}.</p>",
        draw(graph, is_alone=False),
    ]
    if explanation.path:
        parts.append(_section("The strongest way from one to the other", _edges(explanation.path, link_match_weight)))
    else:
        pairs = explanation.pairs[:MAX_PAIRS]
        parts.append(_section("What speaks for one person", _edges(pairs, link_match_weight)))
    if explanation.cut is not None:
        parts.append(_section("For them to be apart would have to go", _cut(explanation.cut)))
    if explanation.asked is not None:
        asked = _edges([explanation.asked], link_match_weight)
        parts.append(_section("What comparing these two gives, though no run kept it", asked))
    parts.append(_section("What keeps them two", _obstacles(explanation.obstacles)))
    parts.append(_section("What could have brought them together", _keys(explanation.keys)))
    refused = [(*row.records, f"{row.match_weight:.1f}", row.reason) for row in explanation.refusals]
    parts.append(_section("Refused unions", _table(("record", "record", "weight", "because"), refused)))
    return _page(graph.title, parts)


def _page(title: str, parts: Iterable[str]) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/>'
        f'<meta http-equiv="Content-Security-Policy" content="{NO_NETWORK}"/>'
        '<meta name="viewport" content="width=device-width"/><meta name="color-scheme" content="light dark"/>'
        f"<title>{safe(title)}</title><style>{page_style()}</style></head><body>\n<h1>{safe(title)}</h1>\n"
        + "\n".join(part for part in parts if part)
        + '\n<p class="note">A match weight says how much likelier the evidence is for one person than for two: every'
        " point doubles the odds. Weights of the parts add up. In the bars the thin line is zero, the broken one the"
        " weight from which likeness joins people. This page holds people's data.</p></body></html>\n"
    )


def _section(heading: str, body: str) -> str:
    return f"<h2>{heading}</h2>\n{body}" if body else ""


def _edges(edges: Iterable[Edge], link_match_weight: float) -> str:
    return "\n".join(_edge(edge, link_match_weight) for edge in edges)


def _edge(edge: Edge, link_match_weight: float) -> str:
    ends = " and ".join(f"<strong>{safe(record)}</strong>" for record in edge.records)
    if edge.kind == "steward":
        return f"<p>{ends}<br/>{safe(edge_words(edge))}</p>"
    summary = f"<summary>{ends}<br/>{edge.match_weight:+.1f} <small>{safe(edge_words(edge))}</small></summary>"
    return f'<details open="open">{summary}{waterfall(edge, link_match_weight)}</details>'


def _ties(ties: Iterable[Tie]) -> str:
    items = "".join(f"<li>{tie.match_weight:+.1f} {safe(tie.words)}</li>" for tie in ties)
    return f"<ul>{items}</ul>" if items else ""


def _cut(cut: Cut) -> str:
    sides = " and of ".join(f"{len(side):,}" for side in (cut.one, cut.other))
    names = "".join(f"<li>{safe(', '.join(side))}</li>" for side in (cut.one, cut.other))
    weight = f"Weight {cut.match_weight:.1f} in all. Then two groups are left, of {sides} records:"
    return f"{_ties(cut.ties)}<p>{weight}</p><ul>{names}</ul>"


def _obstacles(obstacles: Iterable[Obstacle]) -> str:
    items = "".join(f"<dt>{safe(one.words)}</dt><dd>Needed: {safe(one.needed)}</dd>" for one in obstacles)
    return f"<dl>{items}</dl>" if items else ""


def _keys(keys: Iterable[SharedKey]) -> str:
    rows = [(key.rule, _yes(key.in_a), _yes(key.in_b), f"{key.records:,}" if key.is_shared else "-") for key in keys]
    return _table(("blocking key", "A has it", "B has it", "records that share it"), rows)


def _yes(has: bool) -> str:
    return "yes" if has else "no"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{name}</th>" for name in header)
    body = "".join(f"<tr>{''.join(f'<td>{safe(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"
