"""Who is this, over HTTP: POST /v1/identify, answered from what is published."""

from pipelines.identify.serving.servers import running_service, serve_identify

__all__ = ["running_service", "serve_identify"]
