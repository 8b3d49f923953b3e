"""Public data sets with known truth, in the columns of RECORDS and without anything that repeats the truth."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from tests.identity.factories import make_record, make_tables

ROOT = Path(__file__).parents[2]
FAKE_1000 = ROOT / "tests" / "data" / "fake_1000" / "fake_1000.csv"
FEBRL = ROOT.parent / "shared" / "data" / "febrl"
"""Not ours to copy: read where the checkout stands beside the shared data."""

Labelled = tuple[pa.Table, pa.Table, pa.Table]
"""(records, pairs, truth)"""


def fake_1000() -> Labelled:
    """1,000 records of 251 people: names, birth date, city, e-mail."""
    rows, truth = [], []
    for line in _lines(FAKE_1000):
        rows.append(
            make_record(
                f"fake/{int(line['unique_id']):04}",
                given_name=line["first_name"] or None,
                family_name=line["surname"] or None,
                birth_date=line["dob"] or None,
                city=line["city"] or None,
                email=line["email"] or None,
            )
        )
        truth.append(line["cluster"])
    return _labelled(rows, truth)


def febrl(*names: str, with_number: bool) -> Labelled:
    """The FEBRL data sets of these names, as one table: names, birth date, address.

    ``with_number`` adds the social security number, mistyped at times, as the customer number of a CRM.
    """
    rows, truth = [], []
    for name in names:
        # Numbered by their place, since rec_id tells who is who.
        for number, line in enumerate(_lines(FEBRL / f"{name}.csv")):
            rows.append(
                make_record(
                    f"{name}/{number:05}",
                    given_name=line["given_name"] or None,
                    family_name=line["surname"] or None,
                    birth_date=_date(line["date_of_birth"]),
                    street=line["address_1"] or None,
                    house_number=line["street_number"] or None,
                    postcode=line["postcode"] or None,
                    city=line["suburb"] or None,
                    region=line["state"] or None,
                    crm_id=(line["soc_sec_id"] or None) if with_number else None,
                )
            )
            found = re.match(r"rec-(\d+)-", line["rec_id"])
            assert found is not None
            truth.append(found[1])
    return _labelled(rows, truth)


def _labelled(rows: list[dict[str, Any]], truth: list[str]) -> Labelled:
    records, pairs = make_tables(*rows)
    return records, pairs, pa.table({"record_id": records["record_id"], "person_id": truth})


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, skipinitialspace=True)


def _date(text: str) -> date | None:
    """The day that eight digits name; mistyped ones that name none are unknown, as they are after normalisation."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None
