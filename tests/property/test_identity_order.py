"""Identity is a function of the set of records and pairs: no order of either changes who is who."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tests.identity.factories import make_record, make_tables
from tests.identity.resolving import resolve
from tests.support.examples import examples

# Small alphabets, so that values collide: shared addresses, twins, nicknames, junk.
COLUMNS: dict[str, tuple[str | None, ...]] = {
    "given_name": (None, "Anna", "Ana", "Bob", "Robert", "A."),
    "family_name": (None, "de Wit", "Wit", "Vos"),
    "birth_date": (None, "1980-04-12", "1980-12-04", "1955-11-23"),
    "email": (None, "one@post.nl", "two@post.nl", "test@test.com"),
    "phone": (None, "+31687051942", "+31687051943"),
    "loyalty_id": (None, None, "26000001", "26000002"),
    "postcode": (None, "1234AB"),
    "house_number": (None, "12", "14"),
}
VALUES = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in COLUMNS.items()})


@examples(10, few=2)
@given(st.lists(VALUES, min_size=2, max_size=14), st.randoms(use_true_random=False))
def test_any_order_of_records_and_pairs_gives_the_same_people(values: list[dict[str, Any]], chance: Any) -> None:
    records, pairs = make_tables(*(make_record(f"{at:02}", **columns) for at, columns in enumerate(values)))
    expected = resolve(records, pairs)
    shuffled = (
        table.take(pa.array(chance.sample(range(table.num_rows), table.num_rows), pa.int64()))
        for table in (records, pairs)
    )
    assert resolve(*shuffled) == expected
