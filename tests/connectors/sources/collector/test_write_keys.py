"""Write keys: from the environment, one a source, compared whole."""

from __future__ import annotations

import base64

import pytest

from connectors.sources.collector.refusals import RefusedError
from connectors.sources.collector.write_keys import WriteKeys, basic_user, read_write_keys
from models.errors import UsageError
from models.settings import parse_settings

TWO = """
[sources.webshop]
kind = "collector"
write_key_env = "TEST_WEBSHOP_KEY"
[sources.app]
kind = "collector"
write_key_env = "TEST_APP_KEY"
[sources.till]
kind = "file"
type = "pos.sale"
"""


def test_each_source_is_known_by_its_own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_WEBSHOP_KEY", "key-w")
    monkeypatch.setenv("TEST_APP_KEY", "key-é")
    keys = read_write_keys(parse_settings(TWO))
    assert keys.source_of("key-w") == "webshop"
    assert keys.source_of("key-é") == "app"


@pytest.mark.parametrize("given", [None, "", "key", "key-w2", "KEY-W", "\ud800"])
def test_any_other_key_is_refused_and_not_repeated(given: str | None) -> None:
    with pytest.raises(RefusedError) as caught:
        WriteKeys({"key-w": "webshop"}).source_of(given)
    assert caught.value.status == 401
    assert caught.value.message == "No source has this write key. Check the key that you send."


def test_a_missing_secret_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_WEBSHOP_KEY", "key-w")
    monkeypatch.delenv("TEST_APP_KEY", raising=False)
    with pytest.raises(UsageError, match="variable TEST_APP_KEY is not set; .* write key of source 'app'"):
        read_write_keys(parse_settings(TWO))


def test_two_sources_with_one_key_are_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_WEBSHOP_KEY", "key-w")
    monkeypatch.setenv("TEST_APP_KEY", "key-w")
    with pytest.raises(UsageError, match="'webshop' and 'app' have the same write key") as caught:
        read_write_keys(parse_settings(TWO))
    assert "key-w" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("", "has no source of kind 'collector'"),
        ('[sources.web]\nkind = "collector"', "sources.web.write_key_env must name the variable"),
    ],
)
def test_a_workspace_that_can_not_collect_says_what_to_add(settings: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_write_keys(parse_settings(settings))


@pytest.mark.parametrize(
    ("header", "user"),
    [
        ("Basic " + base64.b64encode(b"key:").decode(), "key"),
        ("basic  " + base64.b64encode(b"key:password").decode(), "key"),
        ("Basic " + base64.b64encode(b"key").decode(), "key"),
        ("Basic !!!", None),
        ("Basic " + base64.b64encode(b"\xff").decode(), None),
        ("Bearer abc", None),
        ("", None),
    ],
)
def test_the_user_of_a_basic_header_is_the_key(header: str, user: str | None) -> None:
    assert basic_user(header) == user
