"""Compiled scorers give Splink's weights and the evidence of batch scoring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.people import make_people
from identity.comparison_columns import comparison_columns
from identity.compiled_scorers import compile_scorer, prior_part
from identity.frequencies import count_people, known_people, value_shares
from identity.identifiers import identifier_states
from identity.junk_values import without_junk_values
from identity.match_models import MatchModel, read_match_model
from identity.scored_edges import SHOWN
from identity.scoring import score_pairs, with_places
from identity.splink_scores import frequency_columns
from models.errors import UsageError
from models.settings import IdentitySettings
from tests.identity.factories import make_record, make_tables
from tests.identity.labelled import FEBRL, febrl
from tests.identity.resolving import POLICIES
from tests.support.examples import examples

ALL = IdentitySettings(keep_match_weight=-1000.0)
MODEL = read_match_model()
COLUMNS = comparison_columns(make_tables(make_record("1"))[0]).column_names


def test_weights_and_evidence_of_an_invented_population_are_those_of_batch_scoring() -> None:
    records, pairs, _ = make_people(6_000, seed=41, numbered=True)
    assert compare(records, pairs) > 20_000


@pytest.mark.skipif(not FEBRL.is_dir(), reason="the FEBRL data stand beside a development checkout only")
def test_weights_and_evidence_of_febrl_are_those_of_batch_scoring() -> None:
    records, pairs, _ = febrl("dataset3", with_number=True)
    assert compare(records, pairs) > 8_000


NAMES = st.sampled_from(["Jan", "J.", "Johannes", "Jân", "Jna", "", "Ян", "de Wit", "Wit-Jansen", "Jansen", "Jan Piet"])
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "given_name": NAMES,
        "family_name": NAMES,
        "birth_date": st.sampled_from(["1980-04-12", "1980-12-04", "1980-01-01", "1980-04-13", "1981-05-13"]),
        "email": st.sampled_from(["jan.wit@post.nl", "jan.wit@mail.nl", "jan.wid@post.nl", "jân@ü.de", "piet@x.nl"]),
        "phone": st.sampled_from(["+31612345678", "+31612345687", "+31612345679", "+32470000001"]),
        "crm_id": st.sampled_from(["77", "78"]),
        "street": st.sampled_from(["Kerkstraat", "Kerkstr.", "Straße 3", "Плац"]),
        "house_number": st.sampled_from(["1", "1a", "2"]),
        "postcode": st.sampled_from(["1234AB", "1234 ab", "1235AB"]),
        "city": st.sampled_from(["Utrecht", "Utrect", "Köln"]),
    },
)


@examples(30, few=4)
@given(st.lists(ROWS, min_size=2, max_size=12))
def test_weights_and_evidence_of_any_records_are_those_of_batch_scoring(rows: list[dict[str, str]]) -> None:
    compare(*make_tables(*(make_record(f"{at:02}", **row) for at, row in enumerate(rows))))


def compare(records: pa.Table, pairs: pa.Table) -> int:
    """How many candidate pairs there were, all of which both ways of scoring agree on."""
    states = identifier_states(records, pairs, POLICIES)
    edges = score_pairs(records, states, MODEL, ALL)
    real = without_junk_values(records, states)
    compared = with_places(comparison_columns(real))
    scorer = compile_scorer(MODEL, frozenset(compared.column_names))
    rows = {row["record_id"]: scorer.row(row) for row in compared.to_pylist()}
    shown = {row["record_id"]: shown_of(row) for row in real.to_pylist()}
    shares = shares_of(compared)
    prior = prior_part(MODEL.of_records(records.num_rows).prior_match_weight)
    for edge in edges.to_pylist():
        one, other = edge["record_id_l"], edge["record_id_r"]
        levels = scorer.levels(rows[one], rows[other])
        found = scorer.explain(levels, rows[one], rows[other], shares, prior, (shown[one], shown[other]))
        assert abs(scorer.score(levels, rows[one], rows[other], shares, prior) - found.match_weight) < 1e-9
        assert abs(found.match_weight - edge["match_weight"]) < 1e-9
        assert [part[:4] for part in found.evidence] == [tuple(part.values())[:4] for part in edge["evidence"]]
        parts = zip(found.evidence, edge["evidence"], strict=True)
        assert all(abs(ours.match_weight - theirs["match_weight"]) < 1e-9 for ours, theirs in parts)
    return edges.num_rows


def shown_of(row: dict[str, Any]) -> dict[str, str | None]:
    address = " ".join(filter(None, (row[name] for name in ("street", "house_number", "postcode", "city"))))
    return {name: None if row.get(name) is None else str(row[name]) for name in SHOWN if name != "address"} | {
        "address": address or None,
        "second_name": (row["given_name"] or "").partition(" ")[2].strip() or None,
    }


def shares_of(compared: pa.Table) -> Callable[[str, Any], float | None]:
    counts = count_people(compared)
    known = known_people(counts)
    found = {
        column: dict(
            zip(
                *(part.to_pylist() for part in value_shares(counts, known, column, MODEL.typical_frequencies[column])),
                strict=True,
            )
        )
        for column in frequency_columns(MODEL)
    }
    return lambda column, value: found[column].get(value)


def changed_model(condition: str, **fields: Any) -> MatchModel:
    """The shipped model with another condition in the phone's first level."""
    model = msgspec.convert(msgspec.to_builtins(MODEL), MatchModel)
    phone = next(one for one in model.settings["comparisons"] if one["output_column_name"] == "phone")
    phone["comparison_levels"][1] |= {"sql_condition": condition} | fields
    return model


@pytest.mark.parametrize(
    ("condition", "what"),
    [
        ("soundex(phone_l) = soundex(phone_r)", "SOUNDEX(phone_l)"),
        ("phone_l = phone", "column phone"),
        ("substr(phone_l, -4) = 'x'", "SUBSTRING(phone_l, -4)"),
        ("phone_l = ", "no SQL"),
        ("fax_l = fax_r", "no column fax"),
    ],
)
def test_what_cannot_be_compiled_is_an_error_that_names_the_level(condition: str, what: str) -> None:
    with pytest.raises(UsageError, match="phone: the same") as raised:
        compile_scorer(changed_model(condition), frozenset(COLUMNS))
    assert what in str(raised.value)


def test_a_comparison_without_a_last_level_is_an_error() -> None:
    model = changed_model("phone_l = phone_r")
    model.settings["comparisons"][0]["comparison_levels"].pop()
    with pytest.raises(UsageError, match="given_name has no level ELSE"):
        compile_scorer(model)


def test_a_frequency_is_held_against_the_levels_own_u_or_that_of_equal_values() -> None:
    alike = {"disable_tf_exact_match_detection": False, "tf_adjustment_weight": 0.5, "tf_minimum_u_value": 0.25}
    scorer = compile_scorer(changed_model("phone_l = phone_r", **alike, u_probability=0.5, m_probability=1.0))
    row = scorer.row(dict.fromkeys(COLUMNS) | {"phone": "+31612345678"})
    found = scorer.explain(
        scorer.levels(row, row), row, row, lambda _column, _value: 0.125, prior_part(-10.0), ({}, {})
    )
    assert [(part.level, part.match_weight) for part in found.evidence] == [
        ("one pair in about 1024", -10.0),
        ("the same", 1.0),
        ("a rare value", 0.5),
    ]
