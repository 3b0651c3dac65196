"""The volunteers' guide as a browser shows and prints it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from eventsync.saying import WORDS
from tests.e2e.stage import Phone, Server, axe, sideways


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def opened(server: Server, phone: Phone, language: str) -> Page:
    page = phone.page
    page.goto(f"{server.url}/guide/?lang={language}")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_role("heading", level=2)).to_have_count(8)
    loaded = "() => [...document.images].every(image => image.complete && image.naturalWidth > 0)"
    page.wait_for_function(loaded)
    return page


@pytest.mark.long
@pytest.mark.parametrize("language", WORDS)
def test_guide_fits_on_the_two_sides_of_one_sheet(
    language: str, server: Server, new_phone: Callable[..., Phone]
) -> None:
    page = opened(server, new_phone(), language)
    assert pages(page.pdf(prefer_css_page_size=True)) == 2
    page.evaluate("() => document.querySelector('main').append(document.querySelector('main').cloneNode(true))")
    assert pages(page.pdf(prefer_css_page_size=True)) > 2


@pytest.mark.long
def test_guide_can_be_read_on_a_phone_in_each_language(server: Server, new_phone: Callable[..., Phone]) -> None:
    phone = new_phone()
    found = {}
    for language in WORDS:
        page = opened(server, phone, language)
        found[language] = axe(page) + sideways(page)
    assert found == {language: [] for language in WORDS}
