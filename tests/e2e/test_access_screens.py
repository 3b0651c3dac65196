"""Signing in at the desk with a second step, and giving roles: accessible, and never wider than the screen."""

import time
from base64 import b32decode
from collections.abc import Callable
from pathlib import Path

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import Page, expect

from tests.e2e.screenshots import DESK, PASSWORD, PHONE, USER
from tests.e2e.stage import Phone, Server, axe, sideways

pytestmark = pytest.mark.long

SCROLLS_INSIDE = ".visually-hidden, option, .results, .module.scroll"


@pytest.fixture
def desk(server: Server, new_phone: Callable[..., Phone], monkeypatch: pytest.MonkeyPatch) -> Page:
    """Where somebody signs in with a password and, from the second time on, a code."""
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    server.manage("demo", "--people", "3", "--no-invite")
    server.manage("createsuperuser", "--noinput", "--username", USER, "--email", "")
    return new_phone(viewport=DESK).page


def sign_in(page: Page, server: Server, password: str = PASSWORD) -> None:
    page.goto(f"{server.url}/admin/login/")
    page.get_by_label("Username").fill(USER)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def looked_at(page: Page, name: str, folder: Path) -> dict[str, list[str]]:
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found[f"{name} {scheme}"] = axe(page)
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        found[f"{name} {size['width']}"] = sideways(page, except_in=SCROLLS_INSIDE)
        page.screenshot(path=folder / f"{name}-{size['width']}.png")
    page.set_viewport_size(DESK)
    return {screen: problems for screen, problems in found.items() if problems}


def test_second_step_roles_and_lockout_fit_every_screen(desk: Page, server: Server, tmp_path: Path) -> None:
    page = desk
    found: dict[str, list[str]] = {}
    sign_in(page, server)
    page.get_by_role("link", name="Second step").click()
    expect(page.get_by_role("heading", name="Set up the second step")).to_be_visible()
    expect(page.get_by_alt_text("QR code for the app")).to_be_visible()
    found |= looked_at(page, "set-up", tmp_path)
    totp = TOTP(b32decode(page.locator("strong.code").inner_text().replace(" ", "")))
    totp.time = time.time()
    page.get_by_label("Code").fill(f"{totp.token():06}")
    page.get_by_role("button", name="Set it up").click()
    expect(page.locator(".recovery li")).to_have_count(10)
    recovery = page.locator(".recovery li").first.inner_text()
    found |= looked_at(page, "codes", tmp_path)
    page.get_by_role("link", name="I have them: go on").click()
    page.get_by_role("link", name="Second step").click()
    found |= looked_at(page, "change", tmp_path)
    page.goto(f"{server.url}/admin/schedule/staffrole/add/")
    expect(page.get_by_label("Username")).to_be_visible()
    found |= looked_at(page, "role", tmp_path)
    page.get_by_role("button", name="Log out").click()
    sign_in(page, server)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    expect(page.get_by_label("Code")).to_be_focused()
    found |= looked_at(page, "step", tmp_path)
    page.get_by_label("Code").fill(recovery)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Organisers’ desk")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    for _ in range(7):
        sign_in(page, server, "wrong")
    expect(page.get_by_role("heading", name="Wait")).to_be_visible()
    found |= looked_at(page, "locked", tmp_path)
    assert found == {}
