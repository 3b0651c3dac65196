"""A family's card in a real browser: opened by one button, read without a network, gone when it is revoked."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.looks import sweep
from tests.e2e.stage import Phone, Server, axe, sideways, wait_until
from tests.e2e.test_family_pages import RULES

CARD = """
import json
from django.utils import timezone
from eventsync.schedule.links.making import Wanted, make
from eventsync.schedule.models import Event
[card] = make(
    event=Event.objects.get(slug="demo"), wanted=[Wanted(nickname="Sunny Bear", symbol="sun", groups=["Finland"])],
    by="Maria", now=timezone.now(),
)
print(json.dumps({"address": card.address, "key": str(card.link.pk)}))
"""
REVOKE = """
from django.utils import timezone
from eventsync.schedule.links.making import revoke
from eventsync.schedule.models import FamilyLink
revoke(FamilyLink.objects.get(), now=timezone.now())
"""
KEPT = """async () => (await (await caches.open('eventsync-plans')).keys()).map(({ url }) => new URL(url).pathname)
    .filter(path => path.endsWith('copy.json')).sort()"""


def run(server: Server, script: str) -> str:
    return server.manage("shell", "-v", "0", "-c", script)


def make_card(server: Server) -> dict[str, str]:
    server.manage("demo", "--people", "20")
    return dict(json.loads(run(server, CARD).strip().splitlines()[-1]))


@pytest.mark.long
def test_card_opens_my_day_which_stays_without_a_network_and_goes_when_it_is_revoked(
    server: Server, new_phone: Callable[..., Phone]
) -> None:
    card = make_card(server)
    page = new_phone(bypass_csp=True).page
    mine, public = f"/schedule/demo/mine/{card['key']}/", "/schedule/demo/"
    page.goto(f"{card['address']}?lang=en")
    page.get_by_role("button", name="Open my day").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sunny Bear")
    assert page.url == f"{server.url}{mine}?lang=en"
    expect(page.get_by_role("heading", name="Swimming").last).to_be_visible()
    expect(page.get_by_role("heading", name="100 metres, second group")).to_have_count(0)
    kept = json.dumps(sorted([f"{mine}copy.json", f"{public}copy.json"]))
    wait_until(page, f"async () => JSON.stringify(await ({KEPT})()) === {json.dumps(kept.replace(' ', ''))}")

    page.context.set_offline(True)
    page.goto(f"{server.url}{mine}?lang=en")
    expect(page.get_by_text("No internet now.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sunny Bear")
    assert (axe(page, *RULES), sideways(page, except_in=".skip")) == ([], [])
    page.get_by_role("link", name=re.compile("^The next day")).click()
    expect(page.get_by_role("heading", name="Relay", exact=True)).to_be_visible()
    page.get_by_role("link", name="Plan", exact=True).click()
    expect(page.get_by_role("heading", name="100 metres, second group").last).to_be_visible()
    page.goto(f"{server.url}/schedule/demo/mine/?lang=en")  # whose, this phone knows by itself
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sunny Bear")

    page.context.set_offline(False)
    page.get_by_role("link", name="Plan", exact=True).click()
    page.get_by_role("link", name="My day", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sunny Bear")
    expect(page.get_by_text("No internet now.")).to_have_count(0)
    run(server, REVOKE)
    page.evaluate("() => window.dispatchEvent(new Event('online'))")  # it looks by itself once a minute
    expect(page.get_by_role("heading", name="My day is not on this phone")).to_be_visible()
    wait_until(page, f"async () => (await ({KEPT})()).length === 1")
    page.context.set_offline(True)
    page.goto(f"{server.url}/schedule/demo/?lang=en")
    expect(page.get_by_text("Sunny Bear")).to_have_count(0)


@pytest.mark.long
def test_opening_and_leaving_work_without_scripts(server: Server, new_phone: Callable[..., Phone]) -> None:
    card = make_card(server)
    page = new_phone(java_script_enabled=False).page
    page.goto(f"{card['address']}?lang=en")
    page.get_by_role("button", name="Open my day").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sunny Bear")
    page.get_by_role("link", name="Help").click()
    page.get_by_role("link", name="My day", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sunny Bear")
    page.get_by_role("link", name="Take my day off this phone").click()
    page.get_by_role("button", name="Yes, take it off").click()
    expect(page.get_by_role("heading", name="My day is not on this phone")).to_be_visible()


@pytest.mark.long
def test_pages_of_a_link_can_be_read_by_everybody(server: Server, new_phone: Callable[..., Phone]) -> None:
    card = make_card(server)
    page = new_phone(bypass_csp=True).page
    page.goto(card["address"])
    page.get_by_role("button").click()
    mine = page.url.partition("?")[0]
    pages = [card["address"], mine, f"{mine}leave/", f"{server.url}/f/demo/wrong/"]
    found = []
    for language, width in (("en", 360), ("ar", 1280)):
        page.set_viewport_size({"width": width, "height": 640})
        for address in pages:
            page.goto(f"{address}?lang={language}")
            wrong = axe(page, *RULES) + sweep(page, within="main *, footer *", least=18)
            found += [f"{address} {language}: {each}" for each in wrong + sideways(page, except_in=".skip")]
    assert found == []
