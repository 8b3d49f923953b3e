"""Public data sets with known truth, in the columns of RECORDS and without anything that repeats the truth."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.clean.loading import load_exports
from pipelines.clean.records import pair_table, record_table
from tests.identity.factories import make_record, make_tables

ROOT = Path(__file__).parents[2]
FAKE_1000 = ROOT / "tests" / "data" / "fake_1000" / "fake_1000.csv"
SHARED = ROOT.parent / "shared" / "data"
"""Not ours to copy: read where the checkout stands beside the shared data."""
FEBRL = SHARED / "febrl"
PSEUDOPEOPLE = SHARED / "pseudopeople"
SENZING = SHARED / "senzing"

TODAY = date(2026, 11, 29)
"""No birth date is later."""

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

    ``with_number`` adds the social security number, mistyped at times, in the form that cleaning gives it.
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
                    crm_id=_social_security(line["soc_sec_id"]) if with_number else None,
                )
            )
            found = re.match(r"rec-(\d+)-", line["rec_id"])
            assert found is not None
            truth.append(found[1])
    return _labelled(rows, truth)


def pseudopeople() -> Labelled:
    """60,848 records of a made-up American town in a census, social security, WIC and CPS.

    Households that move and marry, and what interviewers, scanners and typists make of them. The social security
    number, which one source has, is in the form that cleaning gives it. City and postcode are the same for nearly
    everybody.
    """
    rows, truth = [], []
    for source in ("decennial_census", "social_security", "wic", "cps"):
        for number, line in enumerate(pq.read_table(PSEUDOPEOPLE / f"{source}.parquet").to_pylist()):
            middle = line.get("middle_initial") or line.get("middle_name")
            rows.append(
                make_record(
                    f"{source}/{number:05}",
                    given_name=" ".join(filter(None, (line["first_name"], middle))) or None,
                    family_name=line["last_name"],
                    birth_date=_american_date(line["date_of_birth"] or ""),
                    gender={"Female": "female", "Male": "male"}.get(line["sex"]),
                    street=line.get("street_name"),
                    house_number=line.get("street_number"),
                    postcode=line.get("zipcode"),
                    city=line.get("city"),
                    region=line.get("state"),
                    crm_id=_social_security(line.get("ssn")),
                )
            )
            truth.append(line["simulant_id"])
    return _labelled(rows, truth)


def senzing(load: int) -> Labelled:
    """The Senzing truth set after load 1 (120 customers) or 2 (and 17 of a watch list), as cleaning reads its files."""
    names = ("customers", "watchlist")[:load]
    found = load_exports([SENZING / f"{name}.csv" for name in names], {}, "RECORD_ID", "US", TODAY, lambda _: None)
    ids = pc.binary_join_element_wise(found.facts["source"], found.facts["external_id"], "/").combine_chunks()
    records = record_table(found.facts, ids, found.facts["source"], found.facts["external_id"])
    pairs = pair_table([(name, ids.take(places), values) for name, places, values in found.held])
    person_of = {line["RECORD_ID"]: line["CLUSTER_ID"] for line in _lines(SENZING / f"truthset-load{load}-key.csv")}
    truth = [person_of[record] for record in found.facts["external_id"].to_pylist()]
    return records, pairs, pa.table({"record_id": records["record_id"], "person_id": truth})


def _social_security(number: str | None) -> str | None:
    return f"social security {number}" if number else None


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


AMERICAN_DATES = ("%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d", "%d/%m/%Y", "%d-%b-%y", "%b %d %Y")


def _american_date(text: str) -> date | None:
    """The day of a text with the month first, or as eight digits with the year at either end."""
    if re.fullmatch(r"\d{8}", text):
        return _date(text) or _date(text[4:] + text[:4])
    for form in AMERICAN_DATES:
        try:
            found = datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
        return found if found.year <= 2045 else found.replace(year=found.year - 100)
    return None
