"""The hub of one process: what each socket is told, once and never backwards."""

import asyncio

import pytest
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection

from eventsync.sync.poke.hub import Hub, Socket, group
from tests.sync.apart import apart

PATIENCE = 60  # seconds, of which a busy machine may need some


def test_hub_tells_each_stream_once_in_a_while_and_the_newest_head() -> None:
    async def scenario() -> list[dict[str, int] | None]:
        hub, socket = Hub(), Socket(["a", "b"])
        hub.join(socket)
        told = []
        for number in range(1, 6):
            hub.say({"a": number, "device:c": 1})
        hub.say({"b": 7})
        told.append(await socket.news())
        told.append(await asyncio.wait_for(socket.news(), PATIENCE))
        hub.leave(socket)
        return told

    assert apart(scenario()) == [{"a": 1}, {"a": 5, "b": 7}]


def test_hub_that_hears_its_own_words_again_does_not_repeat_them() -> None:
    async def scenario() -> list[dict[str, int] | None]:
        hub, socket = Hub(), Socket(["a"], ping=0.5)
        hub.join(socket)
        hub.say({"a": 1})
        heard = [await socket.news()]
        hub.say({"a": 1})  # as it comes back from the other processes
        heard.append(await socket.news())
        hub.say({"a": 1, "device:b": 2})
        hub.say({"a": 2})
        return [*heard, await socket.news()]

    assert apart(scenario()) == [{"a": 1}, {}, {"a": 2}]


def test_word_that_comes_back_late_is_not_told_backwards() -> None:
    async def scenario() -> list[dict[str, int] | None]:
        hub, socket = Hub(), Socket(["a"])
        hub.join(socket)
        hub.say({"a": 2})
        heard = [await socket.news()]
        hub.say({"a": 1})
        hub.say({"a": 3})
        heard.append(await asyncio.wait_for(socket.news(), PATIENCE))
        hub.forget()
        hub.say({"a": 1})  # of another database
        return [*heard, await asyncio.wait_for(socket.news(), PATIENCE)]

    assert apart(scenario()) == [{"a": 2}, {"a": 3}, {"a": 1}]


def test_stream_that_nobody_has_heard_of_is_told_to_everybody_once() -> None:
    async def scenario() -> list[dict[str, int] | None]:
        hub, socket = Hub(), Socket(["a"])
        hub.join(socket)
        hub.say({"new": 1, "device:another": 1})
        heard = [await socket.news()]
        hub.say({"new": 2})
        hub.say({"a": 1})
        return [*heard, await asyncio.wait_for(socket.news(), PATIENCE)]

    assert apart(scenario()) == [{"new": 1}, {"a": 1}]


@pytest.mark.skipif(not settings.REDIS_URL, reason="processes hear each other through Redis")
def test_hub_is_not_told_of_another_database_on_the_same_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    own = group()
    monkeypatch.setitem(connection.settings_dict, "NAME", "rehearsal")
    rehearsal = group()
    monkeypatch.undo()

    async def scenario() -> list[dict[str, int] | None]:
        hub, socket, layer = Hub(), Socket(["a"], ping=0.5), get_channel_layer()
        hub.join(socket)
        heard = [await socket.news()]  # a ping, by when it listens
        await layer.group_send(rehearsal, {"type": "poke", "heads": {"a": 8}})
        await layer.group_send(own, {"type": "poke", "heads": {"a": 9}})
        return [*heard, await asyncio.wait_for(socket.news(), PATIENCE)]

    assert own != rehearsal
    assert apart(scenario()) == [{}, {"a": 9}]


def test_socket_whose_rights_change_loses_nothing_that_it_was_to_be_told() -> None:
    async def scenario() -> list[dict[str, int] | None]:
        hub, socket = Hub(), Socket(["a", "b"])
        hub.join(socket)
        hub.say({"a": 1, "b": 1})
        await asyncio.sleep(0)
        hub.change(socket, ["b", "c"])
        heard = [await socket.news()]
        hub.say({"a": 2, "b": 2, "c": 2})
        return [*heard, await asyncio.wait_for(socket.news(), PATIENCE)]

    assert apart(scenario()) == [{"a": 1, "b": 1}, {"b": 2, "c": 2}]


def test_socket_that_is_slow_holds_one_head_for_each_stream() -> None:
    async def scenario() -> dict[str, int] | None:
        socket = Socket(["a"])
        for number in (1, 3, 2):
            socket.tell("a", number)
        return await socket.news()

    assert apart(scenario()) == {"a": 3}


def test_socket_that_had_nothing_to_say_for_long_pings_and_one_that_is_closed_ends() -> None:
    async def scenario() -> list[dict[str, int] | None]:
        socket = Socket(["a"], ping=0.05)
        told = [await socket.news(), await socket.news()]
        socket.tell("a", 1)
        told.append(await socket.news())
        waiting = asyncio.ensure_future(socket.news())
        await asyncio.sleep(0)
        socket.close()
        return [*told, await waiting, await socket.news()]

    assert apart(asyncio.wait_for(scenario(), PATIENCE)) == [{}, {}, {"a": 1}, None, None]
