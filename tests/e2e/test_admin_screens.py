"""The organisers' pages: accessible in light and dark, never wider than the screen of a computer or a phone."""

from collections.abc import Callable, Iterable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pictures import ADMIN_TITLES, SCHEMES
from tests.e2e.planning import PLANNING_TITLES, planning_pages
from tests.e2e.screenshots import DESK, PASSWORD, PHONE, USER, admin_pages, sign_in
from tests.e2e.stage import Phone, Server, axe, sideways
from tests.e2e.tour import UNKNOWN_CODE, admit_earlier, enrolment_code, guests

pytestmark = pytest.mark.long

SCROLLS_INSIDE = ".visually-hidden, option, .results, .module.scroll"  # tables scroll in a box of their own


@pytest.fixture
def desk(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The demo, and a superuser."""
    server.manage("demo", "--people", "40", "--no-invite")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    server.manage("createsuperuser", "--noinput", "--username", USER, "--email", "")
    return server


def test_main_admin_pages_pass_axe_and_do_not_scroll_sideways(desk: Server, new_phone: Callable[..., Phone]) -> None:
    code = enrolment_code(desk)
    admit_earlier(desk, code=code, people=guests(40)[:5], by="Ben")
    record_flagged(desk, new_phone(), code)
    page = new_phone(viewport=DESK).page
    assert faults(page, admin_pages(page, desk, people=40)) == {name: [] for name in ADMIN_TITLES}


def test_schedule_at_the_desk_passes_axe_and_does_not_scroll_sideways(
    desk: Server, new_phone: Callable[..., Phone]
) -> None:
    page = new_phone(viewport=DESK).page
    sign_in(page, desk)
    assert faults(page, planning_pages(page, desk)) == {name: [] for name in PLANNING_TITLES}


def faults(page: Page, names: Iterable[str]) -> dict[str, list[str]]:
    """What is wrong with each page while it is shown, in light and dark, on a computer and on a phone."""
    found: dict[str, list[str]] = {}
    for name in names:
        found[name] = []
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            found[name] += [f"{scheme}: {each}" for each in axe(page)]
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            found[name] += [f"{size['width']}: {each}" for each in sideways(page, except_in=SCROLLS_INSIDE)]
    return found


def record_flagged(server: Server, phone: Phone, code: str) -> None:
    phone.enrol(f"{server.url}/app/#enrol={code}", name="Maria", checkpoint="Main door")
    expect(phone.page.get_by_text("40 people on the list")).to_be_visible()
    phone.scan(UNKNOWN_CODE)
    phone.page.get_by_role("button", name="Let in and record the code").click()
    phone.next()
    phone.shows(pending=0)
