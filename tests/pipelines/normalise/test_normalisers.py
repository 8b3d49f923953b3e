"""The column normalisers: literal results, and what holds for any input."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.normalise.amounts import normalise_amounts
from pipelines.normalise.countries import normalise_countries
from pipelines.normalise.currencies import normalise_currencies
from pipelines.normalise.dates import normalise_birth_dates
from pipelines.normalise.emails import normalise_emails
from pipelines.normalise.genders import normalise_genders
from pipelines.normalise.names import normalise_names, normalise_places, split_names
from pipelines.normalise.phones import e164, normalise_phones
from pipelines.normalise.postcodes import normalise_postcodes
from pipelines.normalise.texts import normalise_codes, normalise_texts
from pipelines.normalise.timestamps import correct_clocks, normalise_timestamps
from schemas.tables import MONEY, TIMESTAMP

TODAY = date(2026, 11, 22)


def _texts(*values: str | None) -> pa.Array:
    return pa.array(values, pa.string())


def _one(normalise: Callable[[pa.Array], pa.Array], value: str) -> object:
    (result,) = normalise(_texts(value)).to_pylist()
    return result


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  Jan.De-Vries@Post.Example ", "jan.de-vries@post.example"),
        ("jan+folder@sub.post.example", "jan+folder@sub.post.example"),
        ("ＪＡＮ@post.example", "jan@post.example"),
        ("josé@bücher.example", "josé@bücher.example"),
        ("jan@post.xn--p1ai", "jan@post.xn--p1ai"),
        ("", None),
        ("jan", None),
        ("jan@post", None),
        ("jan@@post.example", None),
        ("jan..de@post.example", None),
        (".jan@post.example", None),
        ("jan @post.example", None),
        ("jan@-post.example", None),
        ("jan@post.e", None),
        ("jan@post.1example", None),
        ("Jan <jan@post.example>", "jan@post.example"),
        ("☎@post.example", None),
        ("j" * 65 + "@post.example", None),
        ("j@" + "a" * 250 + ".example", None),
    ],
)
def test_an_address_is_lower_case_and_nfkc_or_null(sent, kept):
    assert _one(normalise_emails, sent) == kept


@pytest.mark.parametrize(
    ("sent", "country", "kept"),
    [
        ("06 12345678", None, "+31612345678"),
        ("0031 6 1234 5678", None, "+31612345678"),
        ("+31 (0)6 12345678", None, "+31612345678"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("+442079460958", "NL", "+442079460958"),
        ("02 512 34 56", "BE", "+3225123456"),
        ("12345", None, None),
        ("06-1234567", None, None),
        ("phone", None, None),
        ("", None, None),
        ("0612345678", "ZZ", None),
        ("9" * 300, None, None),
    ],
)
def test_a_number_is_read_as_its_countrys(sent, country, kept):
    assert normalise_phones(_texts(sent), "NL", _texts(country)).to_pylist() == [kept]


def test_a_number_is_read_as_the_default_countrys_where_no_countries_are_given():
    assert normalise_phones(_texts("0612345678", None), "NL").to_pylist() == ["+31612345678", None]


def test_a_number_is_parsed_once_however_often_it_comes():
    before = e164.cache_info().misses
    normalise_phones(_texts(*["06 87654321"] * 1000), "NL")
    normalise_phones(_texts(*["06 87654321"] * 1000), "NL")
    assert e164.cache_info().misses - before == 1


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (" JAN-WILLEM ", "Jan-Willem"),
        ("noor", "Noor"),
        ("VAN DER BERG", "van der Berg"),
        ("van den heuvel-de vries", "van den Heuvel-de Vries"),
        ("'T HART", "'t Hart"),
        ("o\u2019brien", "O'Brien"),
        ("D'ANGELO", "D'Angelo"),
        ("MCCARTNEY", "McCartney"),
        ("IJSBRAND", "IJsbrand"),
        ("j.p.", "J.P."),
        ("DE LA CRUZ", "de la Cruz"),
        ("VAN", "Van"),
        ("McDonald", "McDonald"),
        ("Van der Berg", "Van der Berg"),
        ("van der Berg", "van der Berg"),
        ("Jose\u0301", "José"),
        ("Anne\u200b  \t Marie\x00", "Anne Marie"),
        ("李小龙", "李小龙"),
        ("-", None),
        ("  ", None),
        ("12", None),
    ],
)
def test_a_name_keeps_its_case_unless_it_has_none(sent, kept):
    assert _one(normalise_names, sent) == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("DEN HAAG", "Den Haag"),
        ("'S-HERTOGENBOSCH", "'s-Hertogenbosch"),
        ("bergen op zoom", "Bergen op Zoom"),
        ("CAPELLE AAN DEN IJSSEL", "Capelle aan den IJssel"),
        ("'t harde", "'t Harde"),
        ("1E DWARSSTRAAT", "1e Dwarsstraat"),
        ("Utrecht", "Utrecht"),
    ],
)
def test_a_place_begins_with_a_capital(sent, kept):
    assert _one(normalise_places, sent) == kept


@pytest.mark.parametrize(
    ("whole", "given", "family"),
    [
        ("Noor Bakker", "Noor", "Bakker"),
        ("Jan Willem van der Berg", "Jan Willem", "van der Berg"),
        ("Berg, Jan Willem van der", "Jan Willem", "van der Berg"),
        ("Bakker, Noor", "Noor", "Bakker"),
        ("van Dijk", None, "van Dijk"),
        ("Van Nguyen", "Van", "Nguyen"),
        ("Noor", "Noor", None),
        (None, None, None),
    ],
)
def test_a_whole_name_is_split_before_the_surnames_prefix(whole, given, family):
    assert [part.to_pylist() for part in split_names(_texts(whole))] == [[given], [family]]


@pytest.mark.parametrize(
    ("sent", "country", "kept"),
    [
        ("1234ab", None, "1234 AB"),
        (" 1234  AB ", "NL", "1234 AB"),
        ("0123 AB", "NL", None),
        ("1234 SA", "NL", None),
        ("1234", "NL", None),
        ("B-1000", "BE", "1000"),
        ("0999", "BE", None),
        ("d-10115", "DE", "10115"),
        ("1011", "DE", None),
        ("sw1a1aa", "GB", "SW1A 1AA"),
        ("M1 1AE", "GB", "M1 1AE"),
        ("12345", "GB", None),
        ("12345", "US", "12345"),
        ("123456789", "US", "12345-6789"),
        ("1234", "US", None),
        (" 75001 ", "FR", "75001"),
        ("--", "FR", None),
    ],
)
def test_a_postcode_is_written_as_its_country_writes_it(sent, country, kept):
    assert normalise_postcodes(_texts(sent), "NL", _texts(country)).to_pylist() == [kept]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-11-22T12:00:00Z", datetime(2026, 11, 22, 12, tzinfo=UTC)),
        ("2026-11-22t12:00:00.5z", datetime(2026, 11, 22, 12, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-11-22 12:00:00+01:00", datetime(2026, 11, 22, 11, tzinfo=UTC)),
        ("2026-11-22T12:00:00.123456789-0230", datetime(2026, 11, 22, 14, 30, 0, 123_456, tzinfo=UTC)),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
        ("2000-02-29T00:00:00Z", datetime(2000, 2, 29, tzinfo=UTC)),
        ("1900-02-29T00:00:00Z", None),
        ("2026-02-29T00:00:00Z", None),
        ("2026-02-30T00:00:00Z", None),
        ("2026-04-31T00:00:00Z", None),
        ("2026-11-22T24:00:00Z", None),
        ("2026-11-22T12:00:60Z", None),
        ("2026-11-22T12:00:00", None),
        ("2026-11-22", None),
        ("0000-01-01T00:00:00Z", None),
        ("yesterday", None),
    ],
)
def test_a_timestamp_is_utc_or_null(sent, kept):
    assert _one(normalise_timestamps, sent) == kept


def test_a_clock_that_is_wrong_is_corrected_by_what_it_said_when_it_sent():
    def at(*hours: int | None) -> pa.Array:
        return pa.array([None if hour is None else datetime(2026, 1, 1, hour, tzinfo=UTC) for hour in hours], TIMESTAMP)

    corrected = correct_clocks(at(3, 3, None, None), at(5, None, 5, None), at(12, 12, 12, 12))
    assert corrected.to_pylist() == at(10, 3, 12, 12).to_pylist()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("eur", "EUR"), (" USD ", "USD"), ("HRK", "HRK"), ("XXX", None), ("EURO", None), ("€", None), ("", None)],
)
def test_a_currency_is_a_code_on_the_list(sent, kept):
    assert _one(normalise_currencies, sent) == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("12.5", Decimal("12.5000")),
        ("+0.01", Decimal("0.0100")),
        ("-3", Decimal("-3.0000")),
        ("1.00005", Decimal("1.0000")),
        ("1.00015", Decimal("1.0002")),
        ("99999999999999.9999", Decimal("99999999999999.9999")),
        ("99999999999999.99999", None),
        ("100000000000000", None),
        ("9,99", None),
        ("1e3", None),
        ("NaN", None),
        ("", None),
    ],
)
def test_an_amount_is_exact_or_null(sent, kept):
    assert _one(normalise_amounts, sent) == kept


def test_floats_that_are_not_finite_are_no_amounts():
    amounts = normalise_amounts(pa.array([float("nan"), float("inf"), 1e300, 1e-9, 0.1 + 0.2, None]))
    assert amounts.to_pylist() == [None, None, None, Decimal("0.0000"), Decimal("0.3000"), None]


@given(st.integers(-(10**15), 10**15))
def test_every_amount_in_cents_survives_being_a_float(cents):
    amount = Decimal(cents).scaleb(-2)
    expected = amount if abs(amount) < 10**14 else None
    assert normalise_amounts(pa.array([float(amount)])).to_pylist() == [expected]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("1984-03-09", date(1984, 3, 9)),
        ("19840309", date(1984, 3, 9)),
        ("09-03-1984", date(1984, 3, 9)),
        ("9/3/1984", date(1984, 3, 9)),
        ("9.3.1984", date(1984, 3, 9)),
        ("1984-03-08T23:00:00.000Z", date(1984, 3, 9)),
        ("1984-03-09T00:00:00", date(1984, 3, 9)),
        ("1984-02-30", None),
        ("31-04-1984", None),
        ("1899-12-31", None),
        ("2026-11-23", None),
        ("2026-11-22", date(2026, 11, 22)),
        ("9999-12-31T23:00:00Z", None),
        ("3 weeks", None),
        ("", None),
    ],
)
def test_a_birth_date_is_a_plausible_day_or_null(sent, kept):
    assert normalise_birth_dates(_texts(sent), TODAY).to_pylist() == [kept]


def test_a_birth_date_may_be_held_to_a_day_of_its_own():
    latest = pa.array([date(2020, 1, 1), date(2026, 1, 1)])
    assert normalise_birth_dates(_texts("2021-05-05", "2021-05-05"), latest).to_pylist() == [None, date(2021, 5, 5)]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("nl", "NL"),
        ("NLD", "NL"),
        ("the Netherlands", "NL"),
        ("Nederland", "NL"),
        ("Holland", "NL"),
        ("België", "BE"),
        ("belgique", "BE"),
        ("UK", "GB"),
        ("U.S.A.", "US"),
        ("cote d ivoire", "CI"),
        ("Österreich", "AT"),
        ("Atlantis", None),
        ("", None),
    ],
)
def test_a_country_is_known_by_code_and_by_name(sent, kept):
    assert _one(normalise_countries, sent) == kept


@pytest.mark.parametrize(
    ("sent", "kept"), [("M", "male"), ("Dhr.", "male"), ("vrouw", "female"), ("x", "other"), ("?", None)]
)
def test_a_gender_is_known_by_letter_and_word(sent, kept):
    assert _one(normalise_genders, sent) == kept


def test_a_code_is_trimmed_and_holds_no_control_characters():
    assert normalise_codes(_texts(" A b ", "", "a\x00b", None)).to_pylist() == ["A b", None, None, None]


NORMALISERS: dict[str, Callable[[pa.Array], pa.Array]] = {
    "amounts": normalise_amounts,
    "birth_dates": lambda values: normalise_birth_dates(values, TODAY),
    "codes": normalise_codes,
    "countries": normalise_countries,
    "currencies": normalise_currencies,
    "emails": normalise_emails,
    "genders": normalise_genders,
    "names": normalise_names,
    "phones": lambda values: normalise_phones(values, "NL"),
    "places": normalise_places,
    "postcodes": lambda values: normalise_postcodes(values, "NL"),
    "texts": normalise_texts,
    "timestamps": normalise_timestamps,
}
RESULTS = {"amounts": MONEY, "birth_dates": pa.date32(), "timestamps": TIMESTAMP}

_alphabet = st.sampled_from("abIJMcdOvan'’-.@,0123456789 \t\x00ßİŉĲ\u0301\u200b+:TZ") | st.characters(codec="utf-8")
_values = st.one_of(
    st.text(_alphabet, max_size=30),
    st.from_regex(r"\+?[0-9]{9,12}", fullmatch=True),
    st.from_regex(r"[A-Za-z.]{1,8}@[a-zé]{1,5}\.[a-z]{2,5}", fullmatch=True),
    st.from_regex(r"[0-9]{4} ?[A-Z]{2}", fullmatch=True),
    st.from_regex(r"[0-9]{4}-[01][0-9]-[0-3][0-9](T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?Z)?", fullmatch=True),
    st.from_regex(r"-?[0-9]{1,15}\.[0-9]{1,20}", fullmatch=True),
)


@pytest.mark.parametrize("name", sorted(NORMALISERS))
@given(values=st.lists(st.none() | _values, max_size=8))
@example(values=[])
@example(values=[None, None])
def test_a_normaliser_keeps_length_and_nulls_and_changes_its_own_result_no_more(name, values):
    normalise = NORMALISERS[name]
    once = normalise(_texts(*values))
    assert len(once) == len(values)
    assert once.type == RESULTS.get(name, pa.string())
    assert all(result is None for value, result in zip(values, once.to_pylist(), strict=True) if value is None)
    if name == "timestamps":
        again = normalise(_texts(*(None if value is None else value.isoformat() for value in once.to_pylist())))
    elif name in ("birth_dates", "amounts"):
        again = normalise(once.cast(pa.string()))
    else:
        again = normalise(once)
    assert again.to_pylist() == once.to_pylist()
