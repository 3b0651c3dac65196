"""Safety data over HTTP, online only (docs/protocol.md, section 11)."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from checkin.models import Person, SafetyEntry, SafetyKind, SafetyProposal
from checkin.models.safety import TEXT_LENGTH
from checkin.safety import keeping, proposing, rights
from checkin.safety.keeping import Conflict
from eventsync.jobs.rules import Somebody
from eventsync.sync import schemas, wire
from eventsync.sync.api import COMPRESSED, ERRORS, EngineView, read_body
from eventsync.sync.authentication import MayRead
from eventsync.sync.errors import ApiError
from eventsync.sync.models import Device

MAX_BYTES = 16 * 1024
MAX_VERSION = 2**31 - 1
CONFLICT = {(409, "application/json"): OpenApiResponse(schemas.ErrorAnswer)}
CHANGED = "Somebody else changed it meanwhile. Nothing of yours was saved: compare both."


class Change(serializers.Serializer[None]):
    text = serializers.CharField(max_length=TEXT_LENGTH, allow_blank=True, trim_whitespace=False)
    expected = serializers.IntegerField(min_value=0, max_value=MAX_VERSION, help_text="The version that was seen.")
    actor = serializers.CharField(max_length=200, required=False, help_text="The volunteer who has the device.")


class Decision(serializers.Serializer[None]):
    accept = serializers.BooleanField()
    expected = serializers.IntegerField(
        min_value=0, max_value=MAX_VERSION, help_text="The version that was seen beside the proposal."
    )
    reason = serializers.CharField(max_length=500, required=False, help_text="Needed to reject.")
    actor = serializers.CharField(max_length=200, required=False, help_text="The volunteer who has the device.")


class EntryShape(serializers.Serializer[None]):
    kind = serializers.ChoiceField(choices=SafetyKind.values)
    text = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField(help_text="0: nothing is known.")
    changed_at = serializers.DateTimeField(allow_null=True)
    changed_by = serializers.CharField(allow_blank=True)


class ProposalShape(serializers.Serializer[None]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=SafetyKind.values)
    text = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField(allow_null=True, help_text="The one that whoever proposes knew.")
    at = serializers.DateTimeField()
    by = serializers.CharField()


class RowShape(serializers.Serializer[None]):
    person = serializers.UUIDField()
    entries = EntryShape(many=True)
    proposals = ProposalShape(many=True)


class SafetyAnswer(serializers.Serializer[None]):
    rows = RowShape(many=True, help_text="Of this person, then of those that are merged into them.")


class WaitsAnswer(serializers.Serializer[None]):
    proposal = ProposalShape()


class MaySafety(MayRead):
    """A lead's phone; a revoked one is told so first."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        allowed = rights.device_may_read if request.method in SAFE_METHODS else rights.device_may_change
        return super().has_permission(request, view) and isinstance(request.user, Device) and allowed(request.user)


class SafetyView(EngineView):
    permission_classes = (MaySafety,)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Kept by nobody on the way, nor on the device."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        return answer

    def person(self, key: UUID) -> Person:
        """Of the device's event; others are not there for it, nor is who is erased."""
        here = Person.objects.filter(event=self.device.event_id, erased_at=None).select_related("event")
        return get_object_or_404(here, pk=key)

    def asked(self, request: Request, shape: type[serializers.Serializer[None]]) -> Any:
        said = shape(data=wire.read_json(read_body(request, limit=MAX_BYTES)))
        said.is_valid(raise_exception=True)
        return said.validated_data

    def by(self, actor: str = "") -> Somebody:
        return Somebody(f"device:{self.device.id}", actor or str(self.device))


class PersonView(SafetyView):
    """What is confirmed of a person, and what waits beside it. Each reading is noted."""

    @extend_schema(operation_id="safety_read", responses={200: SafetyAnswer, **ERRORS})
    def get(self, request: Request, person: UUID) -> Response:
        rows = keeping.read(self.person(person), by=self.by(), now=timezone.now())
        return Response({"rows": [_row(each) for each in rows]})


class EntryView(SafetyView):
    """Another text, if the expected version is the one that is confirmed."""

    @extend_schema(
        operation_id="safety_change",
        parameters=[COMPRESSED],
        request=Change,
        responses={200: EntryShape, 202: WaitsAnswer, **CONFLICT, **ERRORS},
    )
    def put(self, request: Request, person: UUID, kind: str) -> Response:
        whose = self.person(person)
        if kind not in SafetyKind.values:
            raise ApiError("not_found", "There is no such kind of safety data.")
        said = self.asked(request, Change)
        by, text, expected = self.by(said.get("actor", "")), said["text"], said["expected"]
        done = proposing.change(person=whose, kind=kind, text=text, expected=expected, by=by, now=timezone.now())
        match done:
            case Conflict(confirmed):
                raise _conflict(confirmed, {"text": text, "version": expected})
            case SafetyProposal():
                return Response({"proposal": _proposal(done)}, status=202)
            case SafetyEntry():
                return Response(_entry(done))


class ProposalView(SafetyView):
    """Another person accepts or rejects what was proposed, having seen what is confirmed."""

    @extend_schema(
        operation_id="safety_decide",
        parameters=[COMPRESSED],
        request=Decision,
        responses={200: SafetyAnswer, **CONFLICT, **ERRORS},
    )
    def post(self, request: Request, person: UUID, proposal: UUID) -> Response:
        whose = self.person(person)
        waits = get_object_or_404(SafetyProposal.objects.select_related("person__event"), pk=proposal, person=whose)
        said, now = self.asked(request, Decision), timezone.now()
        by, expected = self.by(said.get("actor", "")), said["expected"]
        if said["accept"]:
            answer = proposing.accept(waits, expected=expected, by=by, now=now)
        else:
            answer = proposing.reject(waits, expected=expected, by=by, reason=said.get("reason", ""), now=now)
        if isinstance(answer, Conflict):
            raise _conflict(answer.confirmed, {"text": waits.text, "version": expected})
        if not answer.done:
            raise ApiError("forbidden", answer.told)
        return Response({"rows": [_row(each) for each in keeping.read(whose, by=by, now=now)]})


def _conflict(confirmed: SafetyEntry, yours: dict[str, Any]) -> ApiError:
    return ApiError("version_conflict", CHANGED, yours=yours, confirmed=_entry(confirmed))


def _row(row: keeping.Row) -> dict[str, Any]:
    return {
        "person": str(row.person.pk),
        "entries": [_entry(each) for each in row.entries],
        "proposals": [_proposal(each) for each in row.proposals],
    }


def _entry(entry: SafetyEntry) -> dict[str, Any]:
    at = wire.write_time(entry.changed_at) if entry.changed_at else None
    said = {"kind": entry.kind, "text": entry.text, "version": entry.version}
    return said | {"changed_at": at, "changed_by": entry.changed_by}


def _proposal(each: SafetyProposal) -> dict[str, Any]:
    said = {"id": str(each.pk), "kind": each.kind, "text": each.text, "version": each.expected}
    return said | {"at": wire.write_time(each.at), "by": each.by_name}


urlpatterns = [
    path("people/<uuid:person>/safety", PersonView.as_view(), name="safety"),
    path("people/<uuid:person>/safety/proposals/<uuid:proposal>", ProposalView.as_view(), name="safety-proposal"),
    path("people/<uuid:person>/safety/<str:kind>", EntryView.as_view(), name="safety-entry"),
]
