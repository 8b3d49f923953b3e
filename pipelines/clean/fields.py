"""The fields that cleaning understands, and the names that columns for them usually have."""

from __future__ import annotations

import re
import unicodedata

from schemas.tables import IDENTIFIER_TYPES

COMMON_NAMES = {
    "given_name": """given_name given_names first_name first_names forename fname voornaam voornamen roepnaam vorname
        prenom primary_name_first""",
    "second_name": """second_name middle_name middle_names middle_initial middle mname tweede_naam tweede_voornaam
        zweitname zweiter_vorname deuxieme_prenom primary_name_middle""",
    "name_prefix": "tussenvoegsel tussenvoegsels voorvoegsel voorvoegsels surname_prefix last_name_prefix name_prefix",
    "family_name": """family_name last_name surname lname achternaam familienaam nachname nom_de_famille
        primary_name_last""",
    "name_suffix": """name_suffix suffix generation_suffix generational_suffix name_suffix_lbl achtervoegsel
        primary_name_generation""",
    "name": "name full_name customer_name naam volledige_naam klantnaam primary_name_full native_name_full native_name",
    "birth_date": """birth_date date_of_birth dob birthdate birthday geboortedatum geb_datum gebdatum geburtsdatum
        date_de_naissance""",
    "gender": "gender sex geslacht geschlecht sexe",
    "email": """email e_mail email_address e_mail_address mail emailadres e_mailadres mailadres email_1 email_2 email1
        email2""",
    "phone": """phone phone_number telephone telephone_number tel telefoon telefoonnummer telefoonnr mobile
        mobile_phone mobile_number cell_phone home_phone work_phone mobiel mobiel_nummer gsm telefon handy phone_1
        phone_2 phone1 phone2""",
    "address": "address full_address adres addr_full adresse",
    "street": """street street_name street_address address_1 address_line_1 address1 addr_line1 straat straatnaam
        strasse street_1""",
    "house_number": "house_number house_no street_number street_no huisnummer huisnr hausnummer number_in_street",
    "house_number_suffix": "house_number_suffix house_number_addition huisnummer_toevoeging toevoeging huisnr_toev",
    "postcode": "postcode post_code postal_code zip zip_code zipcode plz code_postal addr_postal_code",
    "city": "city town suburb locality place woonplaats plaats plaatsnaam stad ort stadt ville addr_city",
    "region": "region state province provincie county bundesland addr_state",
    "country": "country country_code land landcode addr_country",
    "crm_id": """customer_number customer_no customer_nr klantnummer klantnr debtor_number debiteurnummer relatienummer
        member_number lidnummer ssn ssn_number social_security_number soc_sec_id bsn national_id_number passport
        passport_number paspoortnummer drivers_license_number driver_license_number drivers_licence_number
        rijbewijsnummer""",
    "loyalty_id": "loyalty_number loyalty_card loyalty_card_number klantenkaart klantenkaartnummer kaartnummer",
}
"""Field -> usual column names, the likeliest first. Nothing else that ends in ``_id`` is used unless it is mapped:
such a column may say who is who, and an answer must not be read from it."""

FIELDS = tuple(dict.fromkeys([*COMMON_NAMES, *IDENTIFIER_TYPES]))
"""Fields that ``--map`` takes."""

SEVERAL = frozenset({"name", "email", "phone", "crm_id"})
"""A record may have several of these, each in a column of its own; of names the first that is there counts."""

NOT_ALONE = {
    "second_name": "given_name",
    "name_prefix": "family_name",
    "name_suffix": "family_name",
    "house_number_suffix": "house_number",
}
"""Fields that complete another one and say nothing without it."""


_QUALIFIERS = """
customer cust client klant kunde contact person member guest patient buyer owner billing invoice shipping delivery
mailing postal home private primary main default current own raw clean cleaned original orig fake value text std
"""
QUALIFIERS = frozenset(_QUALIFIERS.split())
"""Words around a usual name that leave its meaning as it is: "Billing City", "customerEmail", "postcode_clean"."""


def column_key(name: str) -> str:
    """A column's name as it is compared: letters and digits only, small, without accents."""
    apart = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in apart if letter.isalnum())


PLACES = {
    column_key(word): (field, place)
    for field, words in COMMON_NAMES.items()
    for place, word in enumerate(words.split())
}
"""Key of a usual name -> its field, and its place among the field's names."""


def bare_key(name: str) -> str:
    """The key of a column's name without the :data:`QUALIFIERS` around it; empty where there are none."""
    words = re.findall(r"[^\W\d_]+|\d+", re.sub(r"(?<=[^\W\d_A-Z])(?=[A-Z])", " ", name))
    start, end = 0, len(words)
    while start < end and words[start].lower() in QUALIFIERS:
        start += 1
    while end > start and words[end - 1].lower() in QUALIFIERS:
        end -= 1
    return column_key("".join(words[start:end])) if end - start < len(words) else ""


DOCUMENTS = {
    column_key(word): kind
    for kind, words in {
        "social security": "ssn ssn_number social_security_number soc_sec_id bsn",
        "national id": "national_id_number",
        "passport": "passport passport_number paspoortnummer",
        "driving licence": """drivers_license_number driver_license_number drivers_licence_number rijbewijsnummer""",
    }.items()
    for word in words.split()
}
"""Key of a usual name -> the document that the number is of: an equal number of another document is another number."""
