"""The service as an ASGI application: POST /v1/identify, and two addresses for whoever watches it."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sources.collector.bodies import unpack
from connectors.sources.collector.receipts import read_body
from connectors.sources.collector.refusals import RefusedError
from pipelines.identify.questions import UnreadableRecordError
from pipelines.identify.serving.services import IdentifyService

MAX_BODY_BYTES = 32 * 1024

logger = logging.getLogger(__name__)


def make_application(service: IdentifyService, secret: str) -> Starlette:
    """The whole application; calls must carry ``Authorization: Bearer <secret>``."""

    async def identify(request: Request) -> Response:
        headers = {name: value.decode("latin-1") for name, value in request.scope["headers"]}
        try:
            _check_secret(headers.get(b"authorization", ""), secret)
            packed = await read_body(headers, request.receive, MAX_BODY_BYTES)
            body = unpack(packed, headers.get(b"content-encoding", "").strip().lower(), MAX_BODY_BYTES)
            return _json(HTTPStatus.OK, await service.answer(body))
        except RefusedError as refused:
            return _refusal(refused)
        except UnreadableRecordError as error:
            faults = [{"field": field or None, "message": message} for field, message in error.faults.items()]
            invalid = RefusedError(400, "invalid_record", "The record cannot be used; faults say why.")
            return _refusal(invalid, {"faults": faults})
        except Exception as error:
            # Only its kind is logged: the text of an unexpected error may hold what was sent.
            logger.error(
                "Unexpected %s in a request; it was answered with 500. Please report it.", type(error).__name__
            )
            return _refusal(RefusedError(500, "unexpected", "The service failed. Send the same again later."))

    async def healthz(_: Request) -> Response:
        return _json(HTTPStatus.OK, {"status": "ok"})

    async def readyz(_: Request) -> Response:
        if not service.is_ready:
            return _json(HTTPStatus.SERVICE_UNAVAILABLE, {"status": "nothing is published yet"})
        if service.is_full:
            return _json(HTTPStatus.SERVICE_UNAVAILABLE, {"status": "too many ask at once"})
        return _json(HTTPStatus.OK, {"status": "ready"})

    return Starlette(
        routes=[
            Route("/v1/identify", identify, methods=["POST"]),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
        ],
        exception_handlers={HTTPException: _answer_elsewhere},
    )


def _check_secret(authorization: str, secret: str) -> None:
    scheme, _, given = authorization.partition(" ")
    # Compared in full: the time tells nothing about how much of a guess was right.
    is_right = hmac.compare_digest(given.strip().encode("utf-8", "surrogatepass"), secret.encode())
    if scheme.lower() != "bearer" or not is_right:
        raise RefusedError(401, "wrong_secret", "Send the service's secret as 'Authorization: Bearer <secret>'.")


def _refusal(refused: RefusedError, more: Mapping[str, Any] | None = None) -> Response:
    headers = {}
    if refused.retry_after_s is not None:
        headers["retry-after"] = str(refused.retry_after_s)
    if refused.status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = 'Bearer realm="klantbeeld"'
    content = {"success": False, "code": refused.code, "message": refused.message} | dict(more or {})
    return _json(refused.status, content, headers)


async def _answer_elsewhere(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return _refusal(
            RefusedError(status, "wrong_method", "Use POST for /v1/identify, GET for /healthz and /readyz.")
        )
    where = "Nothing is here. Ask at /v1/identify; /healthz and /readyz say how it is."
    return _refusal(RefusedError(status, "unknown_address", where))


def _json(status: int, content: object, headers: Mapping[str, str] | None = None) -> Response:
    # Answers are about people: no cache on the way keeps them.
    kept = {"cache-control": "no-store"} | dict(headers or {})
    return Response(orjson.dumps(content), status, kept, media_type="application/json")
