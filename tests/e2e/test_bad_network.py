"""Networks that lie, and phones that cannot store: the person is told the truth, and nothing is lost or doubled."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.proxy import Mode, Proxy
from tests.e2e.stage import Phone, Server

DOOR = "Main door"


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    between = Proxy(server.port)
    between.start()
    server.public_port = between.port
    yield between
    between.stop()


@pytest.fixture
def demo(server: Server) -> Server:
    server.manage("demo", "--people", "40", "--no-invite")
    return server


def people(page_of: Phone) -> list[dict[str, str]]:
    """The first people that the door finds, with name and delegation, whose names are theirs alone."""
    page_of.search("a")
    labels = [
        str(button.get_attribute("aria-label"))
        for button in page_of.page.get_by_role("list", name="People found").get_by_role("button").all()
    ]
    page_of.search("")
    found = [dict(zip(("name", "delegation"), label.split(", ")[:2], strict=True)) for label in labels]
    names = [person["name"] for person in found]
    return [person for person in found if names.count(person["name"]) == 1]


@pytest.mark.parametrize("mode", ["html", "error", "slow", "cut", "lose"])
def test_bad_answers_lose_and_double_nothing(
    demo: Server, proxy: Proxy, new_phone: Callable[[], Phone], mode: Mode
) -> None:
    phone = new_phone()
    phone.enrol(demo.enrolment_link(venue=demo.venue()), name="Maria", checkpoint=DOOR)
    phone.wait_until_ready(40)
    guests = people(phone)[:4]

    proxy.mode = mode
    for person in guests:
        phone.check_in(person)
        phone.next()
    phone.page.get_by_role("link", name="Sent").click()
    if mode == "slow":
        expect(phone.page.get_by_role("status")).to_contain_text("0 waiting", timeout=30_000)
    else:
        expect(phone.page.get_by_text("The last attempt:")).to_be_visible()
        expect(phone.page.get_by_role("status")).to_contain_text("4 waiting")
    assert any(line.startswith(f"{mode} POST /api/v1/push") for line in proxy.requests)

    proxy.mode = "pass"
    if mode != "slow":
        phone.page.get_by_role("button", name="Send now").click()
    phone.page.get_by_role("link", name="Door").click()
    phone.shows(present=4, pending=0)
    assert sorted(demo.headcount().values())[-1] == (4, 0, 0)
    assert phone.outbox().total() == 4
    if mode == "lose":
        assert {row["settled"]["verdict"] for row in phone.rows()} == {"accepted"}
    demo.manage("audit", "--json")


def test_full_storage_is_said_and_never_green(demo: Server, new_phone: Callable[[], Phone]) -> None:
    phone = new_phone()
    phone.enrol(demo.enrolment_link(venue=demo.venue()), name="Maria", checkpoint=DOOR)
    phone.wait_until_ready(40)
    first, second = people(phone)[:2]
    phone.check_in(first)
    phone.next()

    devtools = phone.page.context.new_cdp_session(phone.page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": demo.url, "quotaSize": 1})
    phone.tap(second)
    expect(phone.result.get_by_role("heading", name="Not saved")).to_be_visible()
    expect(phone.result.get_by_text("This was not recorded.")).to_be_visible()
    expect(phone.result.get_by_role("heading", name="In", exact=True)).to_have_count(0)
    assert phone.outbox().total() == 1

    devtools.send("Storage.overrideQuotaForOrigin", {"origin": demo.url})
    phone.page.get_by_role("button", name="Try again").click()
    expect(phone.result.get_by_role("heading", name="In", exact=True)).to_be_visible()
    phone.next()
    phone.shows(present=2, pending=0)


def test_blocked_storage_is_said_before_anybody_works_with_it(
    demo: Server, new_phone: Callable[[], Phone], tmp_path: Path
) -> None:
    profile = tmp_path / "phone-0" / "Default"
    profile.mkdir(parents=True)
    blocked = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (profile / "Preferences").write_text(json.dumps(blocked))
    phone = new_phone()
    phone.page.goto(demo.enrolment_link())
    expect(phone.page.get_by_role("alert")).to_contain_text("cannot")
    expect(phone.page.get_by_role("searchbox")).to_have_count(0)
