"""Public data sets with known truth, in the columns of RECORDS and without anything that repeats the truth."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.normalise.names import split_name
from pipelines.normalise.phones import e164
from tests.identity.factories import make_record, make_tables

ROOT = Path(__file__).parents[2]
FAKE_1000 = ROOT / "tests" / "data" / "fake_1000" / "fake_1000.csv"
SHARED = ROOT.parent / "shared" / "data"
"""Not ours to copy: read where the checkout stands beside the shared data."""
FEBRL = SHARED / "febrl"
PSEUDOPEOPLE = SHARED / "pseudopeople"
SENZING = SHARED / "senzing"

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


def pseudopeople() -> Labelled:
    """60,848 records of a made-up American town in a census, social security, WIC and CPS.

    Households that move and marry, and what interviewers, scanners and typists make of them. The social security
    number, which one source has, is the customer number of a CRM. City and postcode are the same for nearly everybody.
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
                    crm_id=line.get("ssn"),
                )
            )
            truth.append(line["simulant_id"])
    return _labelled(rows, truth)


def senzing(load: int) -> Labelled:
    """The Senzing truth set after load 1 (120 customers) or 2 (and 17 of a watch list): people and companies.

    A company's name stands in the surname's place, the social security number is the customer number of a CRM.
    """
    lines = {
        (line["DATA_SOURCE"], line["RECORD_ID"]): line
        for name in ("customers", "watchlist")
        for line in _lines(SENZING / f"{name}.csv")
    }
    rows, truth = [], []
    for key in _lines(SENZING / f"truthset-load{load}-key.csv"):
        line = lines[key["DATA_SOURCE"], key["RECORD_ID"]]
        given, family = _senzing_name(line)
        rows.append(
            make_record(
                f"{key['DATA_SOURCE'].lower()}/{key['RECORD_ID']}",
                given_name=given,
                family_name=family,
                birth_date=_american_date(line["DATE_OF_BIRTH"]),
                email=(re.search(r"[^\s<>]+@[^\s<>]+", line["EMAIL_ADDRESS"].lower()) or [None])[0],
                phone=e164("US", line["PHONE_NUMBER"]) if line["PHONE_NUMBER"] else None,
                crm_id=line["SSN_NUMBER"] or None,
                **_senzing_address(line),
            )
        )
        truth.append(key["CLUSTER_ID"])
    return _labelled(rows, truth)


def _senzing_name(line: dict[str, str]) -> tuple[str | None, str | None]:
    whole = line["PRIMARY_NAME_FULL"].strip() or line["NATIVE_NAME_FULL"].strip()
    given = " ".join(filter(None, (line["PRIMARY_NAME_FIRST"].strip(), line["PRIMARY_NAME_MIDDLE"].strip())))
    family = line["PRIMARY_NAME_LAST"].strip() or line.get("PRIMARY_NAME_ORG", "").strip()
    return (given or None, family or None) if given or family else split_name(whole) if whole else (None, None)


def _senzing_address(line: dict[str, str]) -> dict[str, str | None]:
    """Street and number are the first part that begins or ends with a number; a town follows the last comma."""
    text = line.get("ADDR_FULL") or line["ADDR_LINE1"]
    street = re.search(r"#?(\d+)\s+(\D[^,]*)", text) or re.search(r"()(\D+\s\d+)\s*$", text)
    postcode = re.search(r"\b\d{5}\b(?!.*\d)", text)
    return {
        "street": street[2].strip() if street else text.strip() or None,
        "house_number": (street[1] if street else "") or None,
        "postcode": line["ADDR_POSTAL_CODE"][:5] or (postcode[0] if postcode else None),
        "city": line["ADDR_CITY"].strip() or None,
    }


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
