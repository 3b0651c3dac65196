"""The organisers' pages: accessible in light and dark, never wider than the screen of a computer or a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.pictures import ADMIN_TITLES
from tests.e2e.screenshots import DESK, PASSWORD, PHONE, USER, admin_pages
from tests.e2e.stage import Phone, Server, axe, sideways
from tests.e2e.tour import UNKNOWN_CODE, admit_earlier, enrolment_code, guests

pytestmark = pytest.mark.long

SCROLLS_INSIDE = ".visually-hidden, option, .results, .module.scroll"  # tables scroll in a box of their own


def test_main_admin_pages_pass_axe_and_do_not_scroll_sideways(
    server: Server, new_phone: Callable[..., Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.manage("demo", "--people", "40", "--no-invite")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    server.manage("createsuperuser", "--noinput", "--username", USER, "--email", "")
    code = enrolment_code(server)
    admit_earlier(server, code=code, people=guests(40)[:5], by="Ben")
    record_flagged(server, new_phone(), code)

    page = new_phone(viewport=DESK).page
    found: dict[str, list[str]] = {}
    for name in admin_pages(page, server, people=40):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found[f"{name} {scheme}"] = axe(page)
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            found[f"{name} {size['width']}"] = sideways(page, except_in=SCROLLS_INSIDE)
        page.set_viewport_size(DESK)
    assert found == {f"{name} {part}": [] for name in ADMIN_TITLES for part in ("light", "dark", 1280, 360)}


def record_flagged(server: Server, phone: Phone, code: str) -> None:
    phone.enrol(f"{server.url}/app/#enrol={code}", name="Maria", checkpoint="Main door")
    expect(phone.page.get_by_text("40 people on the list")).to_be_visible()
    phone.scan(UNKNOWN_CODE)
    phone.page.get_by_role("button", name="Let in and record the code").click()
    phone.next()
    phone.shows(pending=0)
