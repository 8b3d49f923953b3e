"""One record now is one record of a full evaluation: the same edges, and the same person where others stay put."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, event, given
from hypothesis import strategies as st

from tests.identity.factories import make_record, make_tables
from tests.identity.identification.asking import (
    ask,
    assert_same_edges,
    evaluate_all,
    people_joined,
    person_finder,
)
from tests.property.test_identity_order import COLUMNS
from tests.support.examples import examples

MORE = {
    "anonymous_id": (None, "a1"),
    "user_id": (None, None, "u1"),
    "crm_id": (None, None, "77"),
    "city": (None, "Ünna"),
}
VALUES = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in (COLUMNS | MORE).items()})


@examples(12, few=3, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(VALUES, min_size=1, max_size=16), VALUES, st.sampled_from(["00x", "07x", "zz"]))
def test_one_record_now_has_the_edges_and_the_person_of_a_full_evaluation(
    values: list[dict[str, Any]], asked: dict[str, Any], record_id: str
) -> None:
    known = make_tables(*(make_record(f"{at:02}", **columns) for at, columns in enumerate(values)))
    mine = make_tables(make_record(record_id, **asked))
    before = evaluate_all(*known)
    full = evaluate_all(*(pa.concat_tables(both) for both in zip(known, mine, strict=True)))
    with person_finder(*known, before) as finder:
        answer = ask(finder, *mine, record_id)
    assert_same_edges(answer, full)
    joined = people_joined(full, before, record_id)
    event("others stay" if joined is not None else "others move")
    if joined is not None:
        assert {candidate.profile_id for candidate in answer.candidates} == joined
        assert answer.status == ("new", "known", "ambiguous")[min(len(joined), 2)]
