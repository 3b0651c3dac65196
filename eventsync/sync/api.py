"""The three verbs over HTTP (docs/protocol.md)."""

from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from eventsync.jobs import pressure
from eventsync.jobs.rules import Priority
from eventsync.sync import compression, pull, queries, schemas, snapshots, wire
from eventsync.sync.authentication import Access, DeviceAuthentication, FailedGuesses, IsDevice, MayRead
from eventsync.sync.enrolment import enrol, profile_of
from eventsync.sync.epoch import epoch_of
from eventsync.sync.errors import ApiError
from eventsync.sync.models import Device
from eventsync.sync.push import push
from eventsync.sync.registry import registry

COMPRESSED = OpenApiParameter(
    "Content-Encoding", str, OpenApiParameter.HEADER, enum=["identity", "gzip", "zstd"], description="Of the body."
)
ERRORS = {
    (code, "application/json"): OpenApiResponse(schemas.ErrorAnswer)
    for code in (400, 401, 403, 404, 410, 413, 426, 429, 503)
}


class OneAnswer(BaseContentNegotiation):
    """There is one representation of everything here, whatever the client says it accepts."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class EngineView(APIView):
    authentication_classes = (DeviceAuthentication,)
    permission_classes = (IsDevice,)
    content_negotiation_class = OneAnswer
    metadata_class = None  # OPTIONS is no method of ours: the document says what there is

    @property
    def device(self) -> Device:
        assert isinstance(self.request.user, Device)
        return self.request.user


class EnrolView(EngineView):
    """A code becomes a device with a token."""

    authentication_classes = ()  # type: ignore[assignment]  # a guest
    permission_classes = (AllowAny,)  # type: ignore[assignment]
    throttle_classes = (FailedGuesses,)

    @extend_schema(
        parameters=[COMPRESSED], request=schemas.EnrolRequest, responses={201: schemas.EnrolAnswer, **ERRORS}, auth=[]
    )
    def post(self, request: Request) -> Response:
        asked = schemas.EnrolRequest(data=wire.read_json(read_body(request, limit=wire.MAX_OPERATION_BYTES)))
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        if said["protocol"] != wire.PROTOCOL:
            message = "This app is of another version than the server. Reload it while there is a connection."
            raise ApiError("upgrade_required", message, protocol=wire.PROTOCOL)
        pressure.admit("enrol", Priority.IMPORTANT)
        try:
            device, token = enrol(
                code=said["code"],
                device_id=UUID(said["device"]),
                name=said["name"],
                app_version=said["app_version"],
                now=timezone.now(),
            )
        except ApiError:
            FailedGuesses().count(request)
            raise
        return Response({"token": token} | describe(device, epoch=epoch_of(request)), status=201)


class DeviceView(EngineView):
    """What the server knows of the caller."""

    @extend_schema(responses={200: schemas.DeviceAnswer, **ERRORS})
    def get(self, request: Request) -> Response:
        may_read = isinstance(request.auth, Access) and request.auth.may_read
        return Response(describe(self.device, epoch=epoch_of(request), may_read=may_read))


def read_body(request: Request, *, limit: int) -> bytes:
    """The body, decompressed; ApiError `too_large` beyond `limit` bytes."""
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    try:
        body = compression.decompress(request.body, encoding=encoding, limit=limit)
    except RequestDataTooBig as error:
        raise wire.too_large("The request is far too large.") from error
    if len(body) > limit:
        raise wire.too_large(f"The request is larger than {limit // 1024} KiB.")
    return body


def describe(device: Device, *, epoch: str, may_read: bool = True) -> dict[str, Any]:
    """What a device is told of itself. `may_read`: false for a revoked token, whose device may have another by now."""
    event = registry.describe(device.event_id)
    if event is None:
        raise ApiError("not_found", "The event of this phone is no longer there.")
    return {
        "device": str(device.id),
        "profile": profile_of(device),
        "event": {"id": str(event.id), "slug": event.slug, "name": event.name, "tz": event.tz},
        "streams": registry.readable(device, event) if may_read else [],
        "operations": registry.permitted(device.profile),
        "epoch": epoch,
        "server_time": wire.write_time(timezone.now()),
    }


class PushView(EngineView):
    """Operations go up; a verdict for each comes back, by position. Also open to a revoked device."""

    @extend_schema(parameters=[COMPRESSED], request=schemas.PushRequest, responses={200: schemas.PushAnswer, **ERRORS})
    def post(self, request: Request) -> HttpResponse:
        received_at = timezone.now()
        body = read_body(request, limit=wire.MAX_BYTES)
        answer = push(pusher=self.device, body=body, received_at=received_at)
        return HttpResponse(orjson.dumps(answer), content_type="application/json")


class StreamsView(EngineView):
    """The streams that the caller may read now, and where each is."""

    permission_classes = (MayRead,)

    @extend_schema(responses={200: schemas.StreamsAnswer, **ERRORS})
    def get(self, request: Request) -> Response:
        return Response(
            {
                "epoch": epoch_of(request),
                "server_time": wire.write_time(timezone.now()),
                "durable": wire.write_time(durable) if (durable := queries.durable()) else None,
                "streams": pull.heads(registry.readable(self.device)),
            }
        )


class ChangesView(EngineView):
    """What changed in a stream after a cursor, as NDJSON: a header, then one change a line."""

    permission_classes = (MayRead,)

    @extend_schema(
        parameters=[
            schemas.PageQuery,
            OpenApiParameter("stream", str, OpenApiParameter.PATH),
            OpenApiParameter("Accept-Encoding", str, OpenApiParameter.HEADER, description="zstd, br, gzip."),
            OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="A snapshot's ETag."),
        ],
        responses={
            (200, "application/x-ndjson"): OpenApiResponse(str),
            304: OpenApiResponse(description="The snapshot that the client has is the newest."),
            **ERRORS,
        },
    )
    def get(self, request: Request, stream: str) -> HttpResponse:
        if stream not in registry.readable(self.device):
            raise ApiError("forbidden", "This phone may not read that.")
        asked = schemas.PageQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        accept = request.headers.get("Accept-Encoding", "")
        answer = snapshots.read(stream, epoch=epoch_of(request), accept=accept, **asked.validated_data)
        # Kept by the client alone, and asked about each time.
        headers = {"Vary": "Accept-Encoding", "Cache-Control": "private, no-cache" if answer.etag else "no-store"}
        if answer.etag:
            headers["ETag"] = answer.etag
        if answer.etag and request.headers.get("If-None-Match") == answer.etag:
            return HttpResponse(status=304, headers=headers)
        if answer.encoding:
            headers["Content-Encoding"] = answer.encoding
        return HttpResponse(answer.body, content_type="application/x-ndjson", headers=headers)


urlpatterns = [
    path("enrol", EnrolView.as_view(), name="enrol"),
    path("device", DeviceView.as_view(), name="device"),
    path("push", PushView.as_view(), name="push"),
    path("streams", StreamsView.as_view(), name="streams"),
    path("streams/<str:stream>/changes", ChangesView.as_view(), name="changes"),
]
