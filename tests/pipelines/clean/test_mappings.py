"""Columns are told by their usual names, and as the user says."""

from __future__ import annotations

import pytest

from models.errors import UsageError
from pipelines.clean.mappings import map_columns, parse_wishes, refuse_unknown_columns


def test_usual_names_are_told_in_three_languages_and_any_spelling() -> None:
    mapping = map_columns(["Voornaam", "E-mail", "lastName", "PLZ", "Geb. datum", "shoe size"], {}, None)
    assert mapping.fields == {
        "given_name": ("Voornaam",),
        "family_name": ("lastName",),
        "birth_date": ("Geb. datum",),
        "email": ("E-mail",),
        "postcode": ("PLZ",),
    }
    assert mapping.ignored == ("shoe size",)


def test_a_usual_name_is_told_with_a_word_around_it_and_counts_less_than_one_without() -> None:
    columns = ["Billing First Name", "customerEmail", "shipping_zip", "postcode_fake", "City", "Billing City"]
    assert map_columns(columns, {}, None).fields == {
        "given_name": ("Billing First Name",),
        "email": ("customerEmail",),
        "postcode": ("postcode_fake",),
        "city": ("City",),
    }


@pytest.mark.parametrize("name", ["birth_place", "company_name", "email_opt_in", "username", "contact", "city_tax"])
def test_words_that_change_the_meaning_make_another_column(name: str) -> None:
    assert map_columns([name], {}, None).fields == {}


def test_columns_that_may_say_who_is_who_are_ignored_unless_mapped() -> None:
    columns = ["rec_id", "cluster", "person_id", "customer_id", "surname", "unique_id"]
    assert map_columns(columns, {}, None).fields == {"family_name": ("surname",)}
    wishes = parse_wishes(["crm_id=customer_id"])
    assert map_columns(columns, wishes, "rec_id").fields == {"family_name": ("surname",), "crm_id": ("customer_id",)}
    assert map_columns(columns, wishes, "rec_id").ignored == ("cluster", "person_id", "unique_id")


def test_the_likeliest_of_several_names_counts_and_the_others_are_ignored() -> None:
    mapping = map_columns(["address_1", "street", "mobile", "phone"], {}, None)
    assert mapping.fields == {"phone": ("phone", "mobile"), "street": ("street",)}
    assert mapping.ignored == ("address_1",)


def test_a_wish_beats_the_usual_name_and_an_empty_one_leaves_the_field_out() -> None:
    wishes = parse_wishes(["family_name=naam2", "email="])
    mapping = map_columns(["surname", "naam2", "email"], wishes, None)
    assert mapping.fields == {"family_name": ("naam2",)}
    assert mapping.ignored == ("surname", "email")


def test_the_id_is_never_compared() -> None:
    mapping = map_columns(["customer_number", "surname"], {}, "customer_number")
    assert mapping.fields == {"family_name": ("surname",)}
    assert mapping.ignored == ()


def test_paths_into_objects_are_told_by_their_last_word() -> None:
    mapping = map_columns(["address", "address.city", "contact.email"], {}, None)
    assert mapping.fields == {"email": ("contact.email",), "city": ("address.city",)}


def test_second_names_suffixes_and_documents_are_told() -> None:
    columns = ["first_name", "middle_initial", "last_name", "suffix", "ssn", "passport_number"]
    assert map_columns(columns, {}, None).fields == {
        "given_name": ("first_name",),
        "second_name": ("middle_initial",),
        "family_name": ("last_name",),
        "name_suffix": ("suffix",),
        "crm_id": ("ssn", "passport_number"),
    }


def test_a_surname_prefix_without_a_surname_says_nothing() -> None:
    assert map_columns(["tussenvoegsel", "voornaam"], {}, None).fields == {"given_name": ("voornaam",)}


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["surname"], "write field=column"),
        (["famly_name=x"], "Did you mean 'family_name'?"),
        (["city=a", "city=b"], "'city' is mapped twice"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(texts: list[str], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_wishes(texts)
    assert message in str(refused.value)


def test_columns_that_no_file_has_are_refused_with_a_suggestion() -> None:
    files = {"a.csv": ("number", "achternaam"), "b.csv": ("achternaam",)}
    with pytest.raises(UsageError, match=r"no column 'achternam' in a\.csv, b\.csv.*Did you mean 'achternaam'"):
        refuse_unknown_columns({"family_name": ("achternam",)}, None, files)
    with pytest.raises(UsageError, match=r"--id number: b\.csv has no such column"):
        refuse_unknown_columns({}, "number", files)
    with pytest.raises(UsageError, match="'number' is the --id"):
        refuse_unknown_columns({"crm_id": ("number",)}, "number", {"a.csv": files["a.csv"]})
