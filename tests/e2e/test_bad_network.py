"""Networks that lie, and phones that cannot store: the person is told the truth, and nothing is lost or doubled."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.proxy import Mode, Proxy
from tests.e2e.stage import Phone, Server

DOOR = "Main door"


@pytest.fixture
def demo(server: Server) -> Server:
    server.manage("demo", "--people", "40", "--no-invite")
    return server


def people(page_of: Phone) -> list[dict[str, str]]:
    """The first people that the door finds, with name and delegation, whose names are theirs alone."""
    page_of.search("a")
    expect(page_of.page.get_by_role("list", name="People found")).to_be_visible()
    labels = [
        str(button.get_attribute("aria-label"))
        for button in page_of.page.get_by_role("list", name="People found").get_by_role("button").all()
    ]
    page_of.search("")
    found = [dict(zip(("name", "delegation"), label.split(", ")[:2], strict=True)) for label in labels]
    names = [person["name"] for person in found]
    return [person for person in found if names.count(person["name"]) == 1]


LONG = [pytest.param(each, marks=pytest.mark.long) for each in ("html", "error", "slow", "cut")]


@pytest.mark.parametrize("mode", [*LONG, "lose"])
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
    proxy.wait_for(f"{mode} POST /api/v1/push")
    phone.page.get_by_role("link", name="Sent").click()
    waiting = 0 if mode == "slow" else 4
    expect(phone.page.get_by_role("status").first).to_have_text(re.compile(rf"^\s*{waiting} waiting"))
    if mode != "slow":
        expect(phone.page.get_by_text("The last attempt:")).to_be_visible()

    proxy.mode = "pass"
    phone.send_now()
    phone.page.get_by_role("link", name="Door").click()
    phone.shows(present=4, pending=0)
    assert max(demo.headcount().values()) == (4, 0, 0)
    assert phone.outbox().total() == 4
    if mode == "lose":
        assert {row["settled"]["verdict"] for row in phone.rows()} == {"accepted"}
    demo.manage("audit", "--json")


# Chromium 156 ignores DevTools' quota override, so the browser is made to say it.
NO_QUOTA = """
    const add = IDBObjectStore.prototype.add;
    IDBObjectStore.prototype.add = function (...row) {
        if (sessionStorage.getItem('full')) throw new DOMException('no quota', 'QuotaExceededError');
        return add.apply(this, row);
    };
"""


@pytest.mark.long
def test_storage_over_quota_is_said_and_never_green(demo: Server, new_phone: Callable[[], Phone]) -> None:
    phone = new_phone()
    phone.page.add_init_script(NO_QUOTA)
    phone.enrol(demo.enrolment_link(venue=demo.venue()), name="Maria", checkpoint=DOOR)
    phone.wait_until_ready(40)
    first, second = people(phone)[:2]
    phone.check_in(first)
    phone.next()

    phone.page.evaluate("sessionStorage.setItem('full', 'yes')")
    not_green(phone, second)
    assert phone.outbox().total() == 1

    phone.page.evaluate("sessionStorage.removeItem('full')")
    phone.page.get_by_role("button", name="Try again").click()
    expect(phone.result.get_by_role("heading", name="In", exact=True)).to_be_visible()
    phone.next()
    phone.shows(present=2, pending=0)


def not_green(phone: Phone, person: dict[str, str]) -> None:
    phone.tap(person)
    expect(phone.result.get_by_role("heading", name="Not saved")).to_be_visible()
    expect(phone.result.get_by_text("This was not recorded.")).to_be_visible()
    expect(phone.result.get_by_role("heading", name="In", exact=True)).to_have_count(0)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """The folder of the first phone, on a disk of its own that can be filled."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk; the quota test above runs for everybody")
    folder = tmp_path / "phone-0"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_full_disk_is_said_and_never_green(demo: Server, small_disk: Path, new_phone: Callable[[], Phone]) -> None:
    phone = new_phone()
    phone.enrol(demo.enrolment_link(venue=demo.venue()), name="Maria", checkpoint=DOOR)
    phone.wait_until_ready(40)
    guests = people(phone)
    demo.stop()
    fill(small_disk / "ballast")
    recorded = 0
    for person in guests:  # what the browser has already reserved on the disk still takes a few
        phone.tap(person)
        expect(phone.result.get_by_role("heading", name=re.compile("^(In|Not saved)$"))).to_be_visible()
        if phone.result.get_by_role("heading", name="Not saved").is_visible():
            break
        recorded += 1
        phone.next()
    assert recorded < len(guests)
    expect(phone.result.get_by_text("This was not recorded.")).to_be_visible()

    (small_disk / "ballast").unlink()
    demo.start()
    phone.page.get_by_role("button", name="Try again").click()
    expect(phone.result.get_by_role("heading", name="In", exact=True)).to_be_visible()
    phone.next()
    phone.shows(present=recorded + 1, pending=0)
    assert phone.outbox().total() == recorded + 1


def fill(ballast: Path) -> None:
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(b"x" * 65536):
            pass


@pytest.mark.long
def test_blocked_storage_is_said_before_anybody_works_with_it(
    demo: Server, new_phone: Callable[[], Phone], tmp_path: Path
) -> None:
    profile = tmp_path / "phone-0" / "Default"
    profile.mkdir(parents=True)
    blocked = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (profile / "Preferences").write_text(json.dumps(blocked))
    phone = new_phone()
    phone.page.goto(demo.enrolment_link())
    expect(phone.page.get_by_role("heading", name="This phone cannot keep check-ins")).to_be_visible()
    expect(phone.page.get_by_role("alert")).to_contain_text("allow site data")
    expect(phone.page.get_by_role("searchbox")).to_have_count(0)
    phone.page.get_by_role("link", name="send or save what was recorded here").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("Leave private browsing, or allow site data.")
