"""What a lead hears about somebody's diet without a network waits at the desk, beside what is confirmed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.door.test_lead import lead_phone, tab
from tests.e2e.screenshots import DESK, PASSWORD, USER
from tests.e2e.stage import Phone, Server, axe, sideways
from tests.e2e.test_admin_safety import open_safety, sign_in, write

pytestmark = pytest.mark.long

CONFIRMED, HEARD = "No nuts.", "No nuts, and no sesame: her mother says so."


def test_what_a_lead_hears_without_a_network_waits_at_the_desk_beside_what_is_confirmed(
    server: Server, new_phone: Callable[..., Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    server.manage("createsuperuser", "--noinput", "--username", USER, "--email", "")
    desk = new_phone(viewport=DESK).page
    sign_in(desk, server, USER)
    open_safety(desk, server)
    write(desk, "Dietary needs", CONFIRMED)
    name = desk.get_by_role("heading", level=1).inner_text().removeprefix("Safety data of ").partition(" (")[0]

    page = lead_phone(server, new_phone).page
    tab(page, "Lead").click()
    page.context.set_offline(True)
    page.get_by_role("combobox", name="What it is about").select_option("Dietary needs")
    expect(page.get_by_role("searchbox", name="Whom it is about")).to_have_count(0)
    page.get_by_role("textbox", name="What you heard").fill(f" {HEARD} ")
    page.get_by_role("searchbox", name="Whom it is about").fill(name)
    assert (axe(page, "color-contrast-enhanced"), sideways(page)) == ([], [])
    page.get_by_role("list", name="People to propose it for").get_by_role("button").first.click()
    expect(page.get_by_text(f"Proposed for {name}. Another person looks at it.")).to_be_attached()
    expect(page.get_by_role("textbox", name="What you heard")).to_have_value("")
    tab(page, "Sent and waiting, 1 waiting").click()
    expect(page.get_by_role("main")).to_contain_text("Proposed: diet, medication or contacts")
    expect(page.get_by_role("main")).not_to_contain_text(HEARD)
    page.context.set_offline(False)
    expect(page.get_by_text("A proposal: it counts once somebody else accepts it.")).to_be_visible(timeout=30_000)

    desk.reload()
    diet = desk.locator("section.safety", has=desk.get_by_role("heading", name="Dietary needs"))
    expect(diet.locator("pre.exact")).to_have_text([CONFIRMED, HEARD])
    expect(diet).to_contain_text("Lea")
    diet.get_by_role("button", name="Accept", exact=True).click()
    expect(desk.get_by_text("Approved. It is being done.")).to_be_visible()
    expect(diet.locator("pre.exact")).to_have_text([HEARD])
