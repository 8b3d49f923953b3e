"""A wrong mapping is one line that names the key, what there is and what was meant; and nothing is appended."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.sources.files.targets import contract_kinds
from models.errors import UsageError
from tests.connectors.sources.files.loading import loading

HEADER = "id,name,email,Order Total,note,note\n"

MAPPING = """
[sources.shop]
kind = "file"
{more}
[sources.shop.columns]
"""


def refusal(tmp_path: Path, columns: str, more: str = 'type = "crm.contact"', header: str = HEADER) -> str:
    with loading(tmp_path, MAPPING + columns, more) as here:
        with pytest.raises(UsageError) as caught:
            here.load_text(header + "1,Sanne,s@x.nl,12,a,b\n")
        assert here.messages() == []
        assert list(here.workspace.data.rglob("*.json")) == []
    return str(caught.value)


def test_a_missing_column_is_named_with_the_files_columns_and_a_guess(tmp_path: Path) -> None:
    columns = '"external_ids.email" = "e-mail"\n"external_ids.crm_id" = "Id"\n"traits.vip" = "vip"\n'

    assert refusal(tmp_path, columns) == (
        "export.csv has no column 'Id' (sources.shop.columns.external_ids.crm_id), "
        "'e-mail' (sources.shop.columns.external_ids.email), 'vip' (sources.shop.columns.traits.vip). "
        "Its columns: id, name, email, Order Total, note, note. "
        "For 'Id', did you mean 'id'? For 'e-mail', did you mean 'email'?"
    )


def test_a_column_that_may_be_missing_is_marked(tmp_path: Path) -> None:
    with loading(
        tmp_path, MAPPING + '"external_ids.crm_id" = "id"\n"traits.vip" = "vip?"\n', 'type = "crm.contact"'
    ) as here:
        here.load_text(HEADER + "1,Sanne,s@x.nl,12,a,b\n")

        assert "traits" not in here.events()[0]


def test_a_column_that_stands_twice_in_the_header_is_refused_where_it_is_used(tmp_path: Path) -> None:
    assert (
        "the column 'note' (sources.shop.columns.traits.note) stands in the header more than once (columns 5, 6)"
        in (refusal(tmp_path, '"traits.note" = "note"\n'))
    )


@pytest.mark.parametrize(
    ("columns", "more", "message"),
    [
        ('userid = "id"', 'type = "web.track"', "no field 'userid'.* Did you mean 'user_id'"),
        ('"external_ids.mail" = "id"', 'type = "web.track"', "no field 'external_ids.mail'.*'external_ids.email'"),
        ('"properties." = "id"', 'type = "web.track"', "no field 'properties.'"),
        ('received_at = "id"', 'type = "web.track"', "'received_at' is set by the loader"),
        ('source = "id"', 'type = "web.track"', "'source' is set by the loader"),
        ('user_id = "id"', 'type = "pos.sail"', "sources.shop.type: no event type 'pos.sail'.*'pos.sale'"),
        ('user_id = "id"', "", "sources.shop: no event type. Set type"),
        ('user_id = "id"', 'type = "pos.sale"\ntypes = {a = "pos.sale"}', "map the target 'type'"),
        ('type = "id"', 'types = {a = "email.open"}', "sources.shop.types.a: no event type 'email.open'"),
        ("", 'type = "pos.sale"', "sources.shop.columns is empty"),
        ('user_id = "id"', 'type = "pos.sale"\nlines = {sku = "id"}', "sources.shop.lines needs sources.shop.group_by"),
        ('"properties.total" = "sum(id)"', 'type = "pos.sale"', "needs group_by"),
        ('user_id = "sum(id)"', 'type = "pos.sale"\ngroup_by = "id"', "gives a number, and this target is none"),
        ('"traits.a" = "id"\n"traits.a.b" = "id"', 'type = "crm.contact"', "'traits.a' and 'traits.a.b' cannot both"),
        ('user_id = "id"', 'type = "web.track"\ntime_zone = "Amsterdam"', "no time zone 'Amsterdam'.*Europe/Amsterdam"),
        (
            'user_id = "id"',
            'type = "web.track"\ntimestamp_format = "%Q"',
            "timestamp_format: '%Q' is no strptime format",
        ),
        ('user_id = "id"', 'type = "web.track"\ndelimiter = "§"', "cannot separate columns"),
        ('user_id = "id"', 'type = "web.track"\nkey = ["nr"]', r"no column 'nr' \(sources.shop.key\)"),
        ('user_id = "id"', 'type = "web.track"\ngroup_by = "nr"', r"no column 'nr' \(sources.shop.group_by\)"),
    ],
)
def test_a_wrong_mapping_is_refused(tmp_path: Path, columns: str, more: str, message: str) -> None:
    import re

    assert re.search(message, refusal(tmp_path, columns, more))


def test_a_file_of_another_delimiter_shows_the_one_column_it_has(tmp_path: Path) -> None:
    found = refusal(tmp_path, 'user_id = "id"\n', 'type = "web.track"\ndelimiter = ","', "id;name\n")

    assert "Its columns: id;name." in found


def test_the_contracts_say_which_targets_are_numbers() -> None:
    kinds = contract_kinds("pos.sale") | contract_kinds("service.satisfaction_score") | contract_kinds("web.track")

    assert sorted(".".join(path) for path, kind in kinds.items() if kind == "number") == [
        "lines.amount",
        "lines.discount",
        "lines.quantity",
        "lines.unit_price",
        "properties.revenue",
        "properties.scale_max",
        "properties.score",
        "properties.total",
        "properties.value",
    ]
    assert kinds["original_timestamp",] == "time"
    assert kinds["traits", "address", "postcode"] == "text"
