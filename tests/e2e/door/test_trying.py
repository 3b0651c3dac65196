"""Before a shift: the camera is tried on a wristband, and nothing is recorded."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.door.test_scan import MIDDLE
from tests.e2e.film import qr, scene
from tests.e2e.stage import Phone, Server, axe
from tests.e2e.tour import UNKNOWN_CODE


@pytest.mark.long
def test_a_scan_is_tried_and_nothing_recorded(
    server: Server, new: list[dict[str, str]], filming: Callable[..., Phone]
) -> None:
    phone = filming([(scene((qr(new[0]["code"]), MIDDLE)), 6), (scene((qr(UNKNOWN_CODE), MIDDLE)), 6)])
    page = phone.page
    page.get_by_role("link", name="This phone").click()
    page.get_by_role("button", name="Try a scan").click()
    said = page.get_by_role("status").filter(has_text="Nothing was recorded.")
    expect(said).to_have_text(f"Read: {new[0]['name']}, {new[0]['delegation']}. Nothing was recorded.", timeout=30_000)
    assert axe(page, "color-contrast-enhanced") == []
    unlisted = "Read, and nobody on the list has this code. Nothing was recorded."
    expect(said).to_have_text(unlisted, timeout=30_000)
    page.get_by_role("button", name="Try a scan").click()
    expect(page.get_by_role("region", name="Camera")).to_have_count(0)
    page.get_by_role("link", name="Door", exact=True).click()
    assert (phone.rows(), set(server.headcount().values())) == ([], {(0, 0, 0)})
