"""A pack of symbols at the desk, in a browser: what is wrong with it is said, and then it is there."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.stage import Server
from tests.e2e.test_admin_plain import desk
from tests.e2e.test_admin_screens import faults
from tests.schedule.test_packs import A, manifest, packed

__all__ = ["desk"]  # a fixture

pytestmark = pytest.mark.long


def test_pack_that_is_wrong_says_why_and_one_that_is_right_shows_its_drawings(desk: Page, server: Server) -> None:
    desk.goto(f"{server.url}/admin/schedule/ownsymbol/")
    desk.get_by_role("link", name="Add a pack").click()
    bring(desk, packed(manifest({"swim": A, **{f"a{each}": A for each in range(9)}})))
    expect(desk.get_by_text("swim: There is a symbol of this name already.")).to_be_visible()
    assert faults(desk, ["wrong"]) == {"wrong": []}
    bring(desk, packed())
    expect(desk.get_by_text("2 new symbols of")).to_be_visible()
    for drawing in desk.locator("#result_list img").all():
        assert drawing.evaluate("image => image.complete && image.naturalWidth > 0")
    assert faults(desk, ["list"]) == {"list": []}


def bring(page: Page, content: bytes) -> None:
    page.get_by_label("Pack").set_input_files({"name": "sports.zip", "mimeType": "application/zip", "buffer": content})
    page.get_by_role("button", name="Add the symbols").click()
