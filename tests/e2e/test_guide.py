"""The volunteers' guide as a browser shows and prints it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.stage import Phone, Server, axe, sideways


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def opened(server: Server, phone: Phone) -> Page:
    page = phone.page
    page.goto(f"{server.url}/guide/")
    expect(page.get_by_role("heading", name="Whom to ask")).to_be_visible()
    loaded = "() => [...document.images].every(image => image.complete && image.naturalWidth > 0)"
    page.wait_for_function(loaded)
    return page


@pytest.mark.long
def test_guide_fits_on_the_two_sides_of_one_sheet(server: Server, new_phone: Callable[..., Phone]) -> None:
    page = opened(server, new_phone())
    assert pages(page.pdf(prefer_css_page_size=True)) == 2
    page.evaluate("() => document.querySelector('main').append(document.querySelector('main').cloneNode(true))")
    assert pages(page.pdf(prefer_css_page_size=True)) > 2


def test_guide_can_be_read_on_a_phone(server: Server, new_phone: Callable[..., Phone]) -> None:
    page = opened(server, new_phone())
    assert axe(page) == []
    assert sideways(page) == []
