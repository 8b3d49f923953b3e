"""Exports as standardised records: what identity resolution compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from identity.identifiers import PAIRS
from pipelines.clean.addresses import split_addresses
from pipelines.clean.dates import believed_birth_dates, day_first
from pipelines.clean.fields import DOCUMENTS, bare_key, column_key
from pipelines.normalise.countries import normalise_countries
from pipelines.normalise.dictionaries import map_distinct
from pipelines.normalise.emails import normalise_emails
from pipelines.normalise.genders import normalise_genders
from pipelines.normalise.names import normalise_names, normalise_places, split_names
from pipelines.normalise.phones import normalise_phones
from pipelines.normalise.postcodes import normalise_postcodes
from pipelines.normalise.texts import normalise_codes, normalise_texts
from schemas.tables import IDENTIFIER_TYPES, RECORDS, TRAITS

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Exports do not say when they were right; every record is as old as every other."""

MIN_PHONE_DIGITS = 7
_NOTHING = pa.scalar(None, pa.string())


@dataclass(frozen=True)
class Facts:
    """Normalised columns of one file, as long as the file; ``further`` are second e-mail addresses and phones.

    ``unusable`` counts, by field, values that said something and could not be used.
    """

    columns: dict[str, pa.Array]
    further: list[tuple[str, pa.Array]]
    unusable: dict[str, int]


def normalise_export(table: pa.Table, fields: Mapping[str, tuple[str, ...]], country: str, latest: date) -> Facts:
    """The facts of a file's rows.

    Args:
        fields: field -> columns of the table.
        country: alpha-2 code where a row names none. A phone or postcode that is none of its country's is compared by
            its digits, or letters and digits: the export may be another country's.
        latest: no birth date is later.
    """
    raw = {name: [table[column].combine_chunks() for column in columns] for name, columns in fields.items()}
    empty = pa.nulls(table.num_rows, pa.string())

    def said(name: str) -> pa.Array:
        return normalise_texts(raw[name][0]) if name in raw else empty

    countries = normalise_countries(said("country"))
    whole = pc.coalesce(empty, *map(normalise_texts, raw.get("name", ())))
    whole = pc.if_else(pc.and_(said("given_name").is_null(), said("family_name").is_null()), whole, _NOTHING)
    given, family = split_names(whole)
    # Where a whole address stands in the street's column, its first line is the street.
    street, postcode = split_addresses(pc.coalesce(said("street"), said("address")))
    surname = _joined(said("name_suffix"), _joined(said("name_prefix"), said("family_name")), " ")
    dates = day_first(said("birth_date"), country, latest)
    columns = {
        "given_name": normalise_names(pc.coalesce(_joined(said("second_name"), said("given_name"), " "), given)),
        "family_name": normalise_names(pc.coalesce(surname, family)),
        "birth_date": believed_birth_dates(dates, latest),
        "gender": normalise_genders(said("gender")),
        "street": normalise_places(street),
        "house_number": pc.utf8_upper(_joined(said("house_number_suffix"), said("house_number"), "")),
        "postcode": _postcodes(pc.coalesce(said("postcode"), postcode), country, countries),
        "city": normalise_places(said("city")),
        "region": said("region"),
        "country_code": countries,
    }
    identifiers = [
        (name, _identifiers(name, column, normalise_texts(values), country, countries))
        for name in IDENTIFIER_TYPES
        for column, values in zip(fields.get(name, ()), raw.get(name, ()), strict=True)
    ]
    for name, values in identifiers:
        columns[name] = pc.coalesce(columns[name], values) if name in columns else values
    columns |= {name: empty for name in IDENTIFIER_TYPES if name not in columns}
    checked = [("birth_date", said("birth_date"), columns["birth_date"]), ("gender", said("gender"), columns["gender"])]
    checked.append(("email", said("email"), columns["email"]))
    lost = {name: len(before) - before.null_count - _kept(before, after) for name, before, after in checked}
    return Facts(columns, identifiers, {name: count for name, count in lost.items() if count})


def record_table(facts: pa.Table, ids: pa.Array, sources: pa.Array, source_record_ids: pa.Array) -> pa.Table:
    """RECORDS of facts (columns TRAITS and IDENTIFIER_TYPES)."""
    moment = pa.repeat(pa.scalar(NEVER, RECORDS.field("first_seen").type), len(ids))
    columns = [ids, sources, source_record_ids, *(facts[name] for name in (*TRAITS, *IDENTIFIER_TYPES))]
    return pa.table([*columns, moment, moment], schema=RECORDS)


def pair_table(held: list[tuple[str, pa.Array, pa.Array]]) -> pa.Table:
    """PAIRS of (identifier type, record ids, values), each pair once, sorted; null values are left out."""
    parts = [
        pa.table({"record_id": ids, "type": pa.repeat(name, len(ids)), "value": values}) for name, ids, values in held
    ]
    names = ["record_id", "type", "value"]
    if not parts:
        return PAIRS.empty_table()
    known = pa.concat_tables(parts).filter(pc.field("value").is_valid())
    distinct = known.group_by(names).aggregate([]).sort_by([(name, "ascending") for name in names])
    moment = pa.repeat(pa.scalar(NEVER, PAIRS.field("first_seen").type), distinct.num_rows)
    once = pa.repeat(pa.scalar(1, pa.int64()), distinct.num_rows)
    return pa.table([*(distinct[name] for name in names), moment, moment, once], schema=PAIRS)


def _identifiers(name: str, column: str, values: pa.Array, country: str, countries: pa.Array) -> pa.Array:
    if name == "email":
        return normalise_emails(values)
    if name == "phone":
        digits = map_distinct(values, _digits)
        return pc.coalesce(normalise_phones(values, country, countries), digits)
    document = (DOCUMENTS.get(column_key(column)) or DOCUMENTS.get(bare_key(column))) if name == "crm_id" else None
    if document is None:
        return normalise_codes(values)
    # Written with dashes, dots and spaces at will.
    bare = pc.replace_substring_regex(pc.utf8_upper(values), r"[^\pL0-9]", "")
    return pc.if_else(pc.equal(bare, ""), _NOTHING, pc.binary_join_element_wise(document, bare, " "))


def _digits(text: str) -> str | None:
    digits = "".join(letter for letter in text if letter.isascii() and letter.isdigit())
    return digits if len(digits) >= MIN_PHONE_DIGITS else None


def _postcodes(values: pa.Array, country: str, countries: pa.Array) -> pa.Array:
    # "ZZ" is no country, so that the rule for countries without one applies.
    return pc.coalesce(normalise_postcodes(values, country, countries), normalise_postcodes(values, "ZZ"))


def _joined(parts: pa.Array, values: pa.Array, behind: str | None = None) -> pa.Array:
    """Values with a word before them or, with ``behind`` between the two, one behind them, where there is one."""
    joined = (
        pc.binary_join_element_wise(parts, values, " ")
        if behind is None
        else pc.binary_join_element_wise(values, parts, behind)
    )
    # Not null_handling="skip": where both are null, Arrow 25 gives no row at all.
    return pc.coalesce(joined, values)


def _kept(before: pa.Array, after: pa.Array) -> int:
    return int(pc.sum(pc.and_(before.is_valid(), after.is_valid())).as_py() or 0)
