"""Records in the spelling in which they are compared."""

from __future__ import annotations

from typing import Any

import pytest

from identity.comparison_columns import comparison_columns
from tests.identity.factories import make_record, make_tables


def compared(**columns: Any) -> dict[str, Any]:
    records, _ = make_tables(make_record("1", **columns))
    return comparison_columns(records).to_pylist()[0]


@pytest.mark.parametrize(
    ("written", "spelt"),
    [("van den Berg", "berg"), ("Berg, v.d.", "berg"), ("Müller", "muller"), ("De", "de"), ("O'Connor", "oconnor")],
)
def test_surnames_lose_accents_spaces_and_particles(written: str, spelt: str) -> None:
    # O'Connor falls into two words, which are written together.
    assert compared(family_name=written)["family_name"] == spelt


def test_a_double_name_is_kept_in_parts() -> None:
    assert compared(family_name="Jansen-de Vries")["family_parts"] == ["jansen", "vries"]
    assert compared(family_name="de Vries")["family_parts"] is None


def test_a_first_name_carries_the_names_it_may_stand_for() -> None:
    assert compared(given_name="Bob")["first_name_roots"] == ["robert"]
    assert compared(given_name="Xyra Maria")["first_name_roots"] == ["xyra"]
    assert compared(given_name="J. R.")["first_name"] == "j"


@pytest.mark.parametrize(
    ("written", "second"),
    [("Anna Maria", "maria"), ("Robert J.", "j"), ("Anna", None), ("Anna-Maria", None), ("Morris E. Jr.", "e")],
)
def test_a_second_name_stands_behind_a_space(written: str, second: str | None) -> None:
    assert compared(given_name=written)["second_name"] == second


@pytest.mark.parametrize(
    ("written", "first", "second"),
    [
        ("Dr. Anna Maria", "anna", "maria"),
        ("Prof.dr. J.", "j", None),
        ("MEVR. ANNA", "anna", None),
        ("Sir", None, None),
        ("Mr", "mr", None),
        ("Irma", "irma", None),
        ("Anna Dr", "anna", "dr"),
    ],
)
def test_titles_are_no_names(written: str, first: str | None, second: str | None) -> None:
    found = compared(given_name=written, family_name="Berg")
    assert (found["first_name"], found["second_name"]) == (first, second)


@pytest.mark.parametrize(
    ("given", "family", "generation"),
    [
        ("Robert", "Smith Sr", "senior"),
        ("David", "Dobbins Jr.", "junior"),
        ("Morris II", "Klein", "junior"),
        ("Jan", "Junior", None),
        ("Anna", "de Wit", None),
    ],
)
def test_junior_and_senior_are_told_and_are_no_part_of_the_name(
    given: str, family: str, generation: str | None
) -> None:
    assert compared(given_name=given, family_name=family)["generation"] == generation
    assert compared(given_name="Robert", family_name="Smith Sr")["family_name"] == "smith"


def test_a_surname_that_reads_junior_stays_one() -> None:
    assert compared(family_name="Junior")["family_name"] == "junior"


def test_initials_in_an_e_mail_address_stand_at_its_ends() -> None:
    found = compared(email="j.dewit77@post.nl")
    assert (found["email_first_letter"], found["email_last_letter"]) == ("j", "t")


def test_a_house_number_is_found_in_the_street() -> None:
    found = compared(street="Kerkstraat 12 b", postcode="1234 AB")
    assert (found["street"], found["house_number"]) == ("kerkstrb", "12")
    assert compared(street="Kerkstraat", house_number="12-B", postcode="1234 AB")["home"] == "1234ab 12b"


def test_an_address_without_a_postcode_is_a_home_by_its_street() -> None:
    assert compared(street="Kerkstraat", house_number="12")["home"] == "kerkstr 12"


def test_short_local_parts_say_too_little_to_be_compared() -> None:
    assert compared(email="Anna@Shop.NL")["email_local_part"] == "anna"
    assert compared(email="ab@shop.nl")["email_local_part"] is None


def test_the_address_of_an_office_is_nobodys() -> None:
    found = compared(email="info@ca-state.gov")
    assert (found["email"], found["email_local_part"]) == (None, None)
    assert compared(email="information1@shop.nl")["email"] == "information1@shop.nl"


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("jan.vandenberg@post.nl", "jan.vandenberg"),
        ("berg-jan@post.nl", "berg-jan"),
        ("jberg@post.nl", "jberg"),
        ("jan@post.nl", None),
        ("jan.berg84@post.nl", None),
        ("zeilboot@post.nl", None),
    ],
)
def test_an_address_that_is_made_of_the_name_is_told(email: str, name: str | None) -> None:
    assert compared(email=email, given_name="Jan", family_name="van den Berg")["email_name"] == name


def test_streets_are_abbreviated_and_floors_are_no_house_numbers() -> None:
    found = compared(street="Suite 900, 1450 N City Road")
    assert (found["street"], found["house_number"]) == ("ncityrd", "1450")
    assert compared(street="Hardenbergstraße 87")["street"] == compared(street="Hardenbergstr. 87")["street"]


def test_names_of_other_scripts_are_compared_in_latin_letters() -> None:
    found = compared(given_name="秀英", family_name="张")
    assert (found["first_name"], found["family_name"]) == ("xiuying", "zhang")
    found = compared(given_name="Александр Павлович", family_name="Васильев")
    assert (found["first_name"], found["family_name"]) == ("aleksandr", "vasilev")


def test_a_document_is_told_from_a_customer_number() -> None:
    assert compared(crm_id="passport 10251111")["document"] == "passport"
    assert compared(crm_id="10251111")["document"] is None


def test_empty_texts_are_unknown() -> None:
    found = compared(given_name=" - ", family_name="", phone="n/a", city="?")
    assert (found["given_name"], found["family_name"], found["phone"], found["city"]) == (None, None, None, None)


def test_rows_are_sorted_by_record_id_and_none_is_lost() -> None:
    records, _ = make_tables(make_record("b"), make_record("a"), make_record("c"))
    assert comparison_columns(records)["record_id"].to_pylist() == ["a", "b", "c"]
