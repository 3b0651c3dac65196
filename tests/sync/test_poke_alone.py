"""The socket of a server that is alone, as it is set up at first: without Redis. Its whole life is in this process."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from eventsync.sync.poke import consumer
from tests.cast import Games, Phone, make_games, make_phone
from tests.desk import alice
from tests.sync.apart import apart

PATIENCE = 60  # seconds, of which a busy machine may need some

Message = dict[str, Any]


@pytest.fixture
def games(transactional_db: None, settings: Any) -> Games:
    settings.REDIS_URL = ""
    return make_games(people=1)


@pytest.fixture
def phone(games: Games) -> Phone:
    return make_phone(games)


def life_of_a_socket(*said: Message, meanwhile: Callable[[Message], Awaitable[object]] | None = None) -> list[Message]:
    """All that it sends until it ends by itself. It hears `said`; `meanwhile` is told what it sends, as it does."""
    sent: list[Message] = []

    async def scenario() -> None:
        incoming: asyncio.Queue[Message] = asyncio.Queue()
        for message in ({"type": "websocket.connect"}, *said):
            incoming.put_nowait(message)

        async def send(message: Message) -> None:
            sent.append(message)
            if meanwhile is not None:
                await meanwhile(message)

        await asyncio.wait_for(consumer.poke({"headers": []}, incoming.get, send), PATIENCE)

    apart(scenario())
    return sent


def test_phone_that_says_no_token_in_time_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "_TOKEN_WITHIN", 0.01)
    assert life_of_a_socket() == [{"type": "websocket.accept"}, {"type": "websocket.close", "code": 4408}]


def test_phone_that_is_revoked_at_the_desk_is_told_and_closed_at_once(phone: Phone) -> None:
    desk = alice()

    def revoke() -> None:
        try:
            assert desk.post(reverse("admin:sync_device_revoke"), {"devices": phone.id}).status_code == 302
        finally:
            connection.close()  # of a thread that ends

    async def revoke_at_the_first_ping(message: Message) -> None:
        if "ping" in message.get("text", ""):
            await asyncio.to_thread(revoke)

    hello = {"type": "websocket.receive", "text": json.dumps({"token": phone.token})}
    accepted, ping, poke, *rest = life_of_a_socket(hello, meanwhile=revoke_at_the_first_ping)
    assert (accepted, list(json.loads(ping["text"]))) == ({"type": "websocket.accept"}, ["ping"])
    assert list(json.loads(poke["text"])["poke"]) == [f"device:{phone.id}"]
    assert rest == [{"type": "websocket.close", "code": 4403}]
