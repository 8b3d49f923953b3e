"""Write keys: which source a request speaks for."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping

from connectors.sources.collector.refusals import RefusedError
from models.errors import UsageError
from models.settings import SETTINGS_FILE, Settings, secret


class WriteKeys:
    """The write key of every collector source."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        """``sources``: write key -> source name."""
        self._sources = [(key.encode(), source) for key, source in sources.items()]

    def source_of(self, write_key: str | None) -> str:
        """The source that a key speaks for; takes as long for a wrong key as for a right one.

        Raises:
            RefusedError: 401, no such key.
        """
        given = (write_key or "").encode("utf-8", "surrogatepass")
        # Every key is compared, in full: the time tells nothing about how much of a guess was right.
        found = [source for key, source in self._sources if hmac.compare_digest(key, given)]
        if not found:
            raise RefusedError(401, "wrong_write_key", "No source has this write key. Check the key that you send.")
        return found[0]


def read_write_keys(settings: Settings) -> WriteKeys:
    """The write keys of all sources of kind collector, from the environment variables that the settings name.

    Raises:
        UsageError: there is no such source, it names no variable, the variable is empty, or two sources share a key.
    """
    sources: dict[str, str] = {}
    for name, source in settings.sources.items():
        if source.kind != "collector":
            continue
        if not source.write_key_env:
            msg = f"{SETTINGS_FILE}: sources.{name}.write_key_env must name the variable that holds the write key."
            raise UsageError(msg)
        key = secret(source.write_key_env, f"the write key of source '{name}'")
        if key in sources:
            msg = f"Sources '{sources[key]}' and '{name}' have the same write key; each needs one of its own."
            raise UsageError(msg)
        sources[key] = name
    if not sources:
        msg = (
            f"{SETTINGS_FILE} has no source of kind 'collector'. Add [sources.webshop] with kind = \"collector\" and"
            ' write_key_env = "WEBSHOP_WRITE_KEY".'
        )
        raise UsageError(msg)
    return WriteKeys(sources)


def basic_user(authorization: str) -> str | None:
    """The user name of a basic Authorization header; None when the header is something else."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode("utf-8").partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return None
