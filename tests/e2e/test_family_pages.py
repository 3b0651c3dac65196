"""The pages for families in a real browser: their looks, and a day on paper."""

import re
from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.equal_access import violations
from tests.e2e.looks import sweep
from tests.e2e.stage import Phone, Server, axe, sideways

Look = tuple[str, int, Literal["light", "dark"]]
# What somebody chose, and how their phone is.
CHOSEN: tuple[tuple[str, Look], ...] = (
    ("size:largest.colours:light", ("en", 360, "dark")),
    ("words:simple.colours:dark", ("ar", 360, "light")),
    ("size:large.clock:24.colours:contrast", ("en", 1280, "light")),
)
SOME: tuple[Look, ...] = (("en", 360, "light"), ("ar", 1280, "dark"))
ALL: tuple[Look, ...] = (*SOME, ("en", 1280, "dark"), ("ar", 360, "light"))
RULES = ("color-contrast-enhanced", "page-has-heading-one", "region", "heading-order", "landmark-unique")
SPACED = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }"
MOVING = """() => [...document.querySelectorAll('*')].filter(each => {
    const style = getComputedStyle(each);
    return style.animationName !== 'none' || parseFloat(style.transitionDuration) > 0;
}).map(each => each.tagName)"""


def faults(page: Page, address: str, looks: tuple[Look, ...]) -> list[str]:
    """What is wrong with one page in these looks, and when it is narrow and its text wide."""
    found = []
    for language, width, theme in looks:
        page.goto(f"{address}?lang={language}")
        page.set_viewport_size({"width": width, "height": 640})
        page.emulate_media(color_scheme=theme)
        wrong = axe(page, *RULES) + sweep(page, within="main *, footer *", least=18) + page.evaluate(MOVING)
        page.add_style_tag(content=SPACED)
        page.set_viewport_size({"width": 320, "height": 640})
        wrong += [f"narrow: {each}" for each in sideways(page, except_in=".skip")]
        found += [f"{address} {language} {width} {theme}: {each}" for each in wrong]
    return found


# A voice of the phone, which says each sentence at once, or when it is asked for the second time never ends.
VOICE = """
window.said = [];
const voices = [{ lang: 'en-US', localService: false }, { lang: 'en-GB', localService: true }];
const speech = {
    getVoices: () => voices,
    speak: one => { said.push([one.text, one.lang, one.voice.lang]); if (!window.slow) one.onend(); },
    cancel: () => {},
};
Object.defineProperty(window, 'speechSynthesis', { value: speech });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""


@pytest.mark.long
def test_an_activity_is_read_to_who_asks_and_stops_when_they_say_so(
    server: Server, new_phone: Callable[..., Phone]
) -> None:
    server.manage("demo", "--people", "20")
    page = new_phone().page
    page.add_init_script(VOICE)
    page.goto(f"{server.url}/schedule/demo/?lang=en")
    breakfast = page.locator(".day .card").filter(has_text="Breakfast")
    assert page.evaluate("said") == []
    breakfast.get_by_role("button", name="Listen: Breakfast").click()
    said = page.evaluate("said")
    assert [text for text, _, _ in said][:3] == ["Breakfast", "Food", "As planned"]
    assert re.fullmatch(r"Time: \w+ \d+ \w+, 8 am to 9 am", said[3][0])
    assert {(language, voice) for _, language, voice in said} == {("en", "en-GB")}
    page.evaluate("() => { window.slow = true; window.said = []; }")
    changes = page.locator(".changes")
    changes.get_by_role("button", name="Listen: What changed").click()
    changes.get_by_role("button", name="Stop: What changed").click()
    expect(changes.get_by_role("button", name="Listen: What changed")).to_be_visible()
    assert len(page.evaluate("said")) == 1
    page.goto(f"{server.url}/schedule/demo/?lang=fi")
    expect(page.get_by_role("button", name="Kuuntele")).to_have_count(0)


@pytest.mark.long
def test_second_checker_finds_nothing_wrong_on_any_page(server: Server, new_phone: Callable[..., Phone]) -> None:
    server.manage("demo", "--people", "20")
    page = new_phone().page
    found = []
    for language in ("en", "ar"):
        pages = page.request.get(f"{server.url}/schedule/demo/copy.json?lang={language}").json()["pages"]
        assert len(pages) > 5
        for path in ["/schedule/demo/", *pages]:
            page.goto(f"{server.url}{path}?lang={language}")
            found += [f"{path} {language}: {each}" for each in violations(page)]
    assert found == []
    page.evaluate("() => document.documentElement.removeAttribute('lang')")
    assert [each.partition(":")[0] for each in violations(page)] == ["html_lang_exists"]


def test_family_pages_can_be_read_by_everybody(server: Server, new_phone: Callable[..., Phone]) -> None:
    server.manage("demo", "--people", "20")
    page = new_phone(bypass_csp=True).page
    start = f"{server.url}/schedule/demo/"
    page.goto(f"{start}places/?lang=en")
    place = page.get_by_role("link", name="Stage").get_attribute("href") or ""
    others = [
        f"{start}days/",
        f"{start}places/",
        f"{start}help/",
        f"{start}words/",
        f"{start}settings/",
        f"{start}pictures/",
        f"{server.url}{place.partition('?')[0]}",
    ]
    assert faults(page, start, ALL) == []
    assert [fault for address in others for fault in faults(page, address, SOME)] == []

    for chosen, look in CHOSEN:
        page.context.add_cookies([{"name": "settings", "value": chosen, "url": f"{start}settings/"}])
        assert (faults(page, start, (look,)), chosen) == ([], chosen)
    page.context.clear_cookies()

    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"{start}?lang=en")
    first = page.locator(".changes li").first.bounding_box()
    assert first is not None
    assert first["y"] + first["height"] <= 640
    page.get_by_role("link", name="I have read this").click()
    assert page.locator(".read").inner_text().startswith("You have read the changes.")
    page.get_by_role("link", name="Suomi").click()
    assert page.locator(".read").inner_text().startswith("Olet lukenut muutokset.")

    page.emulate_media(media="print")
    seen = page.locator(".day dd:visible, .day h3:visible, .sheet p:visible, .call:visible")
    sizes = seen.evaluate_all("found => found.map(each => parseFloat(getComputedStyle(each).fontSize))")
    assert min(sizes) >= 14 * 96 / 72 - 0.01
    assert page.locator(".sheet img").is_visible()
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) <= 2
