"""A phone counts as the server does, also where the list has changed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.door.test_holds import fetch_now
from tests.e2e.door.test_list_changes import remove
from tests.e2e.stage import Phone, Server

pytestmark = pytest.mark.long


def test_who_is_taken_off_the_list_is_counted_as_on_the_server(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    phone = at_door()
    for person in new[:2]:
        phone.check_in(person)
        phone.next()
    phone.shows(present=2, pending=0)
    remove(server, new[0])
    fetch_now(phone)
    phone.shows(present=1)
    expect(phone.page.get_by_test_id("unidentified")).to_have_text("1")
    assert max(server.headcount().values()) == (1, 1, 0)
