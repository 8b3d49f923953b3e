"""The HTTP collector: takes events over Segment's HTTP tracking API and answers 200 once the event log holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.sources.collector.servers import running_collector, serve

__all__ = ["running_collector", "serve"]


def __getattr__(name: str) -> object:
    """The package's two functions; the web server is imported when one of them is first asked for."""
    if name in __all__:
        from connectors.sources.collector import servers

        return getattr(servers, name)
    msg = f"module '{__name__}' has no attribute '{name}'"
    raise AttributeError(msg)
