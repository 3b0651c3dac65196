"""Shapes of the API: what is validated by DRF, and what only the OpenAPI document needs."""

import re

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from eventsync.sync.wire import UUID_PATTERN


class EnrolRequest(serializers.Serializer[None]):
    code = serializers.CharField(max_length=64, help_text="As printed; case, spaces and hyphens do not matter.")
    device = serializers.RegexField(re.compile(UUID_PATTERN), help_text="UUID made by the device, lower case.")
    name = serializers.CharField(max_length=100, allow_blank=True, default="")
    app_version = serializers.CharField(max_length=40, allow_blank=True, default="")
    protocol = serializers.IntegerField(default=1)


class ProfileShape(serializers.Serializer[None]):
    name = serializers.CharField()
    retain_hours = serializers.IntegerField()
    roster_hours = serializers.IntegerField()
    phone = serializers.CharField(help_text="What people call this device.")


class EventShape(serializers.Serializer[None]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    tz = serializers.CharField(help_text="IANA zone")


class DeviceAnswer(serializers.Serializer[None]):
    device = serializers.UUIDField()
    profile = ProfileShape()
    event = EventShape()
    streams = serializers.ListField(child=serializers.CharField())
    operations = serializers.ListField(child=serializers.CharField())
    epoch = serializers.UUIDField()
    server_time = serializers.DateTimeField()


class EnrolAnswer(DeviceAnswer):
    token = serializers.CharField()


class OperationShape(serializers.Serializer[None]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    seq = serializers.IntegerField(min_value=1)
    occurred_at = serializers.DateTimeField()
    offset_ms = serializers.IntegerField(allow_null=True, required=False)
    actor = serializers.CharField(allow_null=True, required=False)
    refers_to = serializers.UUIDField(allow_null=True, required=False)
    payload = serializers.DictField()
    device = serializers.UUIDField(required=False, help_text="The author, when it is not the pusher.")


class PushRequest(serializers.Serializer[None]):
    protocol = serializers.IntegerField(default=1)
    sent_at = serializers.DateTimeField(required=False)
    pending = serializers.IntegerField(required=False, help_text="Unsettled operations left on the device after these.")
    oldest_unsent = serializers.DateTimeField(
        required=False, allow_null=True, help_text="When the oldest of these was recorded; null when there is none."
    )
    roster_version = serializers.IntegerField(required=False, help_text="Its cursor in the stream of people.")
    storage_persisted = serializers.BooleanField(required=False, help_text="Whether the browser promised to keep it.")
    battery = serializers.IntegerField(required=False, help_text="Per cent.")
    holder = serializers.CharField(required=False, help_text="The name of the volunteer who has it now.")
    checksum_mismatch = serializers.CharField(
        required=False, help_text="A stream whose count or checksum did not match after it was pulled."
    )
    operations = OperationShape(many=True)


class ResultShape(serializers.Serializer[None]):
    id = serializers.UUIDField()
    verdict = serializers.ChoiceField(choices=["accepted", "flagged", "refused", "quarantined", "retry"])
    flags = serializers.ListField(child=serializers.CharField())
    code = serializers.CharField(required=False)
    message = serializers.CharField(required=False)
    at = serializers.DictField(child=serializers.IntegerField())
    replayed = serializers.BooleanField()


class PushAnswer(serializers.Serializer[None]):
    server_time = serializers.DateTimeField()
    results = ResultShape(many=True)


class StreamShape(serializers.Serializer[None]):
    stream = serializers.CharField()
    head = serializers.IntegerField()
    count = serializers.IntegerField()
    checksum = serializers.IntegerField()


class StreamsAnswer(serializers.Serializer[None]):
    epoch = serializers.UUIDField()
    server_time = serializers.DateTimeField()
    durable = serializers.DateTimeField(allow_null=True)
    streams = StreamShape(many=True)


class ErrorDetail(serializers.Serializer[None]):
    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField()  # type: ignore[assignment]  # shadows Serializer.fields; the wire says "fields"
    request_id = serializers.UUIDField()


class ErrorAnswer(serializers.Serializer[None]):
    error = ErrorDetail()


class PageQuery(serializers.Serializer[None]):
    after = serializers.IntegerField(min_value=0, max_value=2**53, default=0, help_text="The cursor; 0 begins.")
    base = serializers.IntegerField(min_value=0, max_value=2**53, default=0, help_text="The snapshot's base.")
    limit = serializers.IntegerField(min_value=1, max_value=50_000, default=5_000, help_text="Soft.")


class DeviceTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped upstream
    """How the OpenAPI document describes `DeviceAuthentication`; drf-spectacular finds it by being imported."""

    target_class = "eventsync.sync.authentication.DeviceAuthentication"
    name = "deviceToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
