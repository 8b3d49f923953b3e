"""``klantbeeld serve``."""

from __future__ import annotations

import click

from models.settings import secret
from models.workspaces import Workspace
from pipelines.commands.logs import configure_logging
from pipelines.commands.options import workspace_option

SECRET_ENV = "KLANTBEELD_IDENTIFY_SECRET"  # noqa: S105 - the variable's name


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all of them.")
@click.option(
    "--port", default=8090, show_default=True, type=click.IntRange(0, 65_535), help="Port; 0 takes a free one."
)
@click.option(
    "--secret-env",
    default=SECRET_ENV,
    show_default=True,
    metavar="NAME",
    help="Environment variable that holds the secret which callers must send.",
)
@workspace_option
def command(host: str, port: int, secret_env: str, workspace: Workspace) -> None:
    """Answer over HTTP who one record is: POST /v1/identify with a JSON object, as 'klantbeeld identify' takes it.

    All records are read into memory once, and again when something new is published. Callers send the secret as
    "Authorization: Bearer ...". /healthz says that the process runs, /readyz that it can answer. SIGTERM or Ctrl-C:
    what is under way is answered, then it ends.

    \b
    Example:
      export KLANTBEELD_IDENTIFY_SECRET=$(openssl rand -hex 24)
      klantbeeld serve --port 8090
    """
    from pipelines.identify.serving import serve_identify

    configure_logging()
    given = secret(secret_env, "the secret that callers of the service send")
    serve_identify(workspace, given, host, port, _announce)


def _announce(base_url: str) -> None:
    click.echo(f"Answering on {base_url}/v1/identify (Ctrl-C or SIGTERM to stop).", err=True)
