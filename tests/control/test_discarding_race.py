"""Somebody begins what somebody discards, each on a connection of its own: one of them is too late."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.signals import pre_delete
from django.utils import timezone

from eventsync.control.inbox import together
from eventsync.control.models import Replay


@pytest.mark.django_db(transaction=True)
def test_draft_that_is_being_deleted_does_not_begin() -> None:
    user = User.objects.create_superuser("ann")
    replay = together.draft(user, [], now=timezone.now())

    def begin() -> bool:
        try:
            return together.begin(replay, now=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        tries: list[Future[bool]] = []

        def begin_now(**_: Any) -> None:
            tries.append(other.submit(begin))
            with suppress(TimeoutError):  # it waits for who deletes
                tries[0].result(timeout=0.3)

        pre_delete.connect(begin_now, sender=Replay)
        try:
            together.discard(replay, "Told by loudspeaker.")
        finally:
            pre_delete.disconnect(begin_now, sender=Replay)
        begun = tries[0].result()
    assert (begun, Replay.objects.count()) == (False, 0)
