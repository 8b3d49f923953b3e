"""Rows of exports become facts in one spelling."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from pipelines.clean.records import Facts, normalise_export, pair_table

TODAY = date(2026, 11, 24)


def facts(country: str = "NL", **columns: list[str | None]) -> Facts:
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    return normalise_export(table, {name: (name,) for name in columns}, country, TODAY)


def test_a_whole_name_is_split_only_where_its_parts_are_unknown() -> None:
    found = facts(name=["Jan van der Berg", "Piet Post"], family_name=[None, "Blok"]).columns
    assert found["given_name"].to_pylist() == ["Jan", None]
    assert found["family_name"].to_pylist() == ["van der Berg", "Blok"]


def test_a_surname_gets_its_prefix_and_a_house_number_its_suffix() -> None:
    found = facts(
        name_prefix=["van de", None, None],
        family_name=["Ven", "Blok", None],
        house_number=["12", "3", None],
        house_number_suffix=["a", None, None],
    ).columns
    assert found["family_name"].to_pylist() == ["van de Ven", "Blok", None]
    assert found["house_number"].to_pylist() == ["12A", "3", None]


def test_a_second_name_stands_behind_the_first_and_jr_behind_the_surname() -> None:
    found = facts(
        given_name=["Robert", "Anna", None],
        second_name=["E", None, "M"],
        family_name=["Smith", "Vos", "Bos"],
        name_suffix=["Sr", None, None],
    ).columns
    assert found["given_name"].to_pylist() == ["Robert E", "Anna", None]
    assert found["family_name"].to_pylist() == ["Smith Sr", "Vos", "Bos"]


def test_the_number_of_a_document_is_told_from_that_of_another_and_from_a_customer_number() -> None:
    table = pa.table({"klantnr": ["7", None], "ssn": ["521-21-2123", "-"], "Passport Number": ["521212123", "x1"]})
    found = normalise_export(table, {"crm_id": ("klantnr", "ssn", "Passport Number")}, "US", TODAY)
    assert [values.to_pylist() for _, values in found.further] == [
        ["7", None],
        ["social security 521212123", None],
        ["passport 521212123", "passport X1"],
    ]
    assert found.columns["crm_id"].to_pylist() == ["7", "passport X1"]


def test_the_number_of_a_document_is_told_with_a_word_around_its_name() -> None:
    table = pa.table({"customer_ssn": ["521-21-2123"]})
    found = normalise_export(table, {"crm_id": ("customer_ssn",)}, "US", TODAY)
    assert found.columns["crm_id"].to_pylist() == ["social security 521212123"]


def test_people_of_other_centuries_have_birth_dates_where_the_column_holds_many_of_them() -> None:
    days = [f"18{number:02}-03-{day:02}" for number in range(10) for day in range(1, 11)]
    assert facts(birth_date=days).columns["birth_date"].null_count == 0
    assert facts(birth_date=["31/12/1858", "2/3/1860", *days]).columns["birth_date"].to_pylist()[:2] == [
        date(1858, 12, 31),
        date(1860, 3, 2),
    ]


def test_what_systems_write_for_a_date_they_do_not_have_is_no_birth_date() -> None:
    recent = [f"19{number:02}-03-{day:02}" for number in range(10, 90) for day in range(1, 11)]
    found = facts(birth_date=[*["1753-01-01"] * 300, *["1899-12-30"] * 300, *recent])
    assert found.columns["birth_date"].null_count == 600
    assert found.unusable == {"birth_date": 600}


def test_month_first_dates_are_told_by_the_other_dates_of_the_column() -> None:
    found = facts(birth_date=["12/31/1978", "02/03/1980"]).columns["birth_date"]
    assert found.to_pylist() == [date(1978, 12, 31), date(1980, 2, 3)]
    found = facts(birth_date=["31/12/1978", "02/03/1980"]).columns["birth_date"]
    assert found.to_pylist() == [date(1978, 12, 31), date(1980, 3, 2)]
    assert facts("US", birth_date=["02/03/1980"]).columns["birth_date"].to_pylist() == [date(1980, 2, 3)]


def test_dates_without_separators_or_century_are_read() -> None:
    found = facts(birth_date=["10221985", "02031980", "19560409", "3/25/78", "1/2/24", "1/2/27"]).columns["birth_date"]
    assert found.to_pylist() == [
        date(1985, 10, 22),
        date(1980, 2, 3),
        date(1956, 4, 9),
        date(1978, 3, 25),
        date(2024, 1, 2),
        date(1927, 1, 2),
    ]


def test_phones_and_postcodes_of_no_known_country_are_compared_as_they_are() -> None:
    found = facts(phone=["06-80976634", "702-919-1300", "12"], postcode=["1234ab", "2119", "?"]).columns
    assert found["phone"].to_pylist() == ["+31680976634", "7029191300", None]
    assert found["postcode"].to_pylist() == ["1234 AB", "2119", None]


def test_an_address_in_one_line_gives_street_and_postcode() -> None:
    found = facts(address=["Dorpsstraat 12, 1234 AB Ons Dorp", "Kade 3", None]).columns
    assert found["street"].to_pylist() == ["Dorpsstraat 12", "Kade 3", None]
    assert found["postcode"].to_pylist() == ["1234 AB", None, None]


def test_an_address_in_the_streets_column_gives_its_street() -> None:
    found = facts(
        street=["123 Main Street, Las Vegas NV 89132", "Skyline Apartments, 705 Sheppard Ave", "#321, Street 128"],
    ).columns
    assert found["street"].to_pylist() == ["123 Main Street", "705 Sheppard Ave", "321 Street 128"]
    assert found["postcode"].to_pylist() == ["89132", None, None]


def test_months_may_be_named_in_dates() -> None:
    found = facts(birth_date=["Mar 1 1970", "24-May-11", "3 maart 1980", "March 3rd, 1999"]).columns["birth_date"]
    assert found.to_pylist() == [date(1970, 3, 1), date(2011, 5, 24), date(1980, 3, 3), date(1999, 3, 3)]


def test_an_address_with_a_name_before_it_is_an_address() -> None:
    found = facts(email=['"Jay Jones" <JJones@fmail.com>', "Maria Sentosa<msentosa@fmail.com>"]).columns["email"]
    assert found.to_pylist() == ["jjones@fmail.com", "msentosa@fmail.com"]


def test_a_native_name_counts_where_no_other_is_given() -> None:
    table = pa.table({"name": ["Jan Post", None], "native_name": ["x", "张秀英"]})
    found = normalise_export(table, {"name": ("name", "native_name")}, "US", TODAY).columns
    assert found["given_name"].to_pylist() == ["Jan", "秀英"]
    assert found["family_name"].to_pylist() == ["Post", "张"]


def test_values_that_cannot_be_used_are_counted() -> None:
    assert facts(birth_date=["1980-13-01", "", None], email=["no address", "a@b.nl", None]).unusable == {
        "birth_date": 1,
        "email": 1,
    }


def test_every_phone_of_a_record_identifies_it() -> None:
    table = pa.table({"phone": ["06-80976634", None], "mobile": ["06-80112233", "06-80112233"]})
    found = normalise_export(table, {"phone": ("phone", "mobile")}, "NL", TODAY)
    assert found.columns["phone"].to_pylist() == ["+31680976634", "+31680112233"]
    pairs = pair_table([(name, pa.array(["1", "2"]), values) for name, values in found.further])
    assert pairs.select(["record_id", "value"]).to_pylist() == [
        {"record_id": "1", "value": "+31680112233"},
        {"record_id": "1", "value": "+31680976634"},
        {"record_id": "2", "value": "+31680112233"},
    ]
