"""Settings: what is refused, and how it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import UsageError
from models.policies import default_identifier_policies
from models.settings import parse_settings, read_settings, secret


def test_an_empty_file_gives_the_defaults() -> None:
    settings = parse_settings("")
    assert settings.log.kind == "embedded"
    assert settings.workspace.default_country == "NL"
    assert settings.ingest.chunk_messages == 5000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[workspac]\n", "unknown setting 'workspac'. Known: audiences, "),
        ("[log]\nkindd = 1", "unknown setting 'log.kindd'."),
        ("[log]\nkindd = 1", "Did you mean 'kind'?"),
        ("[sources.a]\nkind = 'file'\ncolumn = {}", "unknown setting 'sources.a.column'."),
        ("[log]\nkind = 'x'", "log.kind: Invalid enum value 'x'."),
        ("[ingest]\nchunk_messages = 1", "ingest.chunk_messages: Expected `int` >= 100."),
        ("[ingest]\nchunk_messages = '5'", "ingest.chunk_messages: Expected `int`, got `str`."),
        ("x =", "not valid TOML"),
        ("[sources.'Web Shop']\nkind = 'collector'", "[sources.Web Shop]: a name is lower-case"),
        ("[identity.identifiers.mail]\n", "unknown identifier type 'identity.identifiers.mail'."),
        ("[identity.identifiers.email]\nblocked_patterns = ['(']", "identity.identifiers.email.blocked_patterns: '('"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_known(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_settings(text, "shop/klantbeeld.toml")
    assert str(caught.value).startswith("shop/klantbeeld.toml: ")
    assert said in str(caught.value)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="klantbeeld init"):
        read_settings(tmp_path / "klantbeeld.toml")


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "klantbeeld.toml").write_bytes(b"[workspace]\nname = '\xff'")
    with pytest.raises(UsageError, match="byte 20 is not UTF-8"):
        read_settings(tmp_path / "klantbeeld.toml")


def test_an_unknown_source_is_named_with_a_suggestion() -> None:
    settings = parse_settings("[sources.tills]\nkind = 'file'")
    with pytest.raises(UsageError, match=r"No source named 'till' .* Did you mean 'tills'\?"):
        settings.source("till")
    with pytest.raises(UsageError, match="is of kind 'file', this command needs kind 'collector'"):
        settings.source("tills", kind="collector")


def test_a_policy_in_the_file_replaces_the_default_of_that_type_only() -> None:
    settings = parse_settings("[identity.identifiers.email]\nmax_people_per_value = 7")
    policies = settings.identifier_policies()
    assert policies["email"].max_people_per_value == 7
    assert policies["phone"] == default_identifier_policies()["phone"]


def test_a_secret_that_is_not_set_is_named_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KB_TEST_SECRET", raising=False)
    with pytest.raises(UsageError, match="KB_TEST_SECRET is not set; it must hold the write key"):
        secret("KB_TEST_SECRET", "the write key")
    monkeypatch.setenv("KB_TEST_SECRET", "s3cret")
    assert secret("KB_TEST_SECRET", "the write key") == "s3cret"
