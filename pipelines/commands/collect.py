"""``klantbeeld collect``."""

from __future__ import annotations

import click

from models.workspaces import Workspace
from pipelines.commands.logs import configure_logging
from pipelines.commands.options import workspace_option


@click.command("collect")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all of them.")
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(0, 65_535), help="Port; 0 takes a free one."
)
@workspace_option
def command(host: str, port: int, workspace: Workspace) -> None:
    """Take events over HTTP as Segment's tracking API does, from any Segment client, into the event log.

    Each source of kind "collector" in klantbeeld.toml has a write key. An event is answered with 200 once the log
    holds it on disk. SIGTERM or Ctrl-C: what is under way is answered, then it ends.

    \b
    Example:
      export KLANTBEELD_WEBSHOP_WRITE_KEY=$(openssl rand -hex 24)
      klantbeeld collect --port 8080
    """
    from connectors.log.opening import open_log
    from connectors.sources.collector import serve

    configure_logging()
    log = open_log(workspace)
    try:
        serve(workspace, log, host, port, _announce)
    finally:
        log.close()


def _announce(base_url: str) -> None:
    click.echo(f"Collecting on {base_url}/v1/ (Ctrl-C or SIGTERM to stop).", err=True)
