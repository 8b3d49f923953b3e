"""dbt-duckdb's plugin that loads DuckDB's extensions from their installed packages; nothing is downloaded.

Only dbt imports this module (the profile names it), so dbt may be imported at its top.
"""

from __future__ import annotations

from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from models.extensions import load_extensions


class Plugin(BasePlugin):
    """Loads the extensions that the profile lists, before dbt-duckdb attaches the lake."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Keep the names of the extensions."""
        self.names = [str(name) for name in plugin_config["names"]]

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Load each extension by path: no INSTALL, nothing written to the home folder."""
        load_extensions(conn, self.names)
