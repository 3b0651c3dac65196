"""What every screen has to stand: both themes, Arabic, and the colours that somebody forces upon it."""

from typing import Literal

from playwright.sync_api import ElementHandle, Page, expect

from tests.e2e.equal_access import violations
from tests.e2e.stage import axe, sideways

THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Elements, and the attribute without which they have to look different.
SAID_BY_LOOKS = (("path.mark", "d"), ("[aria-pressed=true]", "aria-pressed"), ("[aria-current]", "aria-current"))


# Again while it is not spoken: the phone may be too busy to read its words in time.
SPEAK = """async language => {
    localStorage.setItem('eventsync-language', language);
    for (let tries = 0; tries < 60 && document.documentElement.lang !== language; tries++) {
        dispatchEvent(new StorageEvent('storage', { key: 'eventsync-language' }));
        for (let waits = 0; waits < 20 && document.documentElement.lang !== language; waits++)
            await new Promise(wake => setTimeout(wake, 50));
    }
}"""


def speak(page: Page, language: str) -> None:
    """As when somebody chooses a language in another tab. Where the app does not start, the page stays as it came."""
    if page.locator("#starting").count() == 0:
        page.evaluate(SPEAK, language)
        root = page.locator("html")
        expect(root).to_have_attribute("lang", language)
        expect(root).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")


# What a person could press, and how large it is, in CSS pixels. A link inside a sentence is as high as its line.
SMALL = """() => {
    const isText = ({ nodeType, data }) => nodeType === Node.TEXT_NODE && /\\p{L}/u.test(data);
    const inSentence = each =>
        getComputedStyle(each).display === 'inline' && [...each.parentElement.childNodes].some(isText);
    const pressed = ['a:not(.skip)', 'summary', 'button', 'select', 'textarea',
        'input:not([type=checkbox], [type=radio], [hidden])', 'label:has([type=checkbox], [type=radio])'];
    return [...document.querySelectorAll(pressed)]
        .filter(each => each.checkVisibility() && !inSentence(each))
        .map(each => [each.textContent.trim(), each.getBoundingClientRect()])
        .filter(([, { width, height }]) => width < 44 || height < 44)
        .map(([text, { width, height }]) => `${text} ${Math.round(width)}x${Math.round(height)}`);
}"""
# Text that is smaller than `least` (as names of shapes less), or is written so that it is hard to read.
HARD_TO_READ = """([within, least]) => [...document.querySelectorAll(within)].filter(each => {
    const written = [...each.childNodes].some(({ nodeType, data }) => nodeType === Node.TEXT_NODE && data.trim());
    const style = getComputedStyle(each);
    if (!written || !each.checkVisibility() || each.closest('.hidden, script, style, title, noscript')) return false;
    const beside = each.closest('nav, button:has(> svg)');
    const size = parseFloat(style.fontSize);
    return size < (beside ? least - 1.5 : least) || style.fontStyle !== 'normal' || style.textTransform !== 'none'
        || style.textAlign === 'justify' || (style.hyphens === 'auto' && !beside && size < 2 * least);
}).map(each => `${each.outerHTML.slice(0, 80)} ${getComputedStyle(each).fontSize}`)"""
USUAL = 15.9  # pixels: the size of text that browsers have, but for a tenth


def sweep(page: Page, *, within: str = "body *", least: float = USUAL) -> list[str]:
    """What is too small to press or to read, or is hard to read, as the browser has computed it."""
    small = [f"small: {each}" for each in page.evaluate(SMALL)]
    return small + [f"hard to read: {each}" for each in page.evaluate(HARD_TO_READ, [within, least])]


def cut_below(page: Page) -> list[str]:
    """Text of which the lower part is hidden, and what cannot be scrolled to."""
    return list(
        page.evaluate(
            """() => [...document.body.querySelectorAll('*')].filter(each => {
                if (each.closest('.hidden, svg') || !each.checkVisibility() || each.clientHeight < 2) return false;
                const { overflowY, position } = getComputedStyle(each);
                const hides = ['hidden', 'clip'].includes(overflowY) && each.scrollHeight > each.clientHeight + 1;
                const below = position === 'fixed' && each.getBoundingClientRect().bottom > innerHeight + 1;
                return each.textContent.trim() !== '' && (hides || below);
            }).map(each => `${each.tagName.toLowerCase()}.${each.className} ${each.textContent.trim().slice(0, 40)}`)"""
        )
    )


def faults(page: Page) -> list[str]:
    """What is wrong with a screen, in any of its looks; it is in English again afterwards."""
    found = []
    for language in ("en", "ar"):
        speak(page, language)
        found += [f"{language}: {each}" for each in (*sweep(page), *violations(page))]
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            found += [f"{language} {theme}: {each}" for each in axe(page, "color-contrast-enhanced")]
        found += [f"{language} cut: {each}" for each in sideways(page)]
    speak(page, "en")
    return found + in_forced_colours(page)


def lines_of_tabs(page: Page) -> list[int]:
    """Over how many lines the words of each tab go."""
    return list(
        page.get_by_role("navigation")
        .locator("a")
        .evaluate_all(
            """tabs => tabs.map(tab => {
                const words = [...tab.childNodes].filter(each => each.nodeType === Node.TEXT_NODE && each.data.trim());
                const range = document.createRange();
                return new Set(words.flatMap(each => {
                    range.selectNodeContents(each);
                    const boxes = [...range.getClientRects()].filter(({ width }) => width > 1);
                    return boxes.map(({ top }) => Math.round(top));
                })).size;
            })"""
        )
    )


def in_forced_colours(page: Page) -> list[str]:
    """What cannot be told where colours are somebody's own: marks on their plates, what is pressed, where we are."""
    found = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, forced_colors="active", reduced_motion="reduce")
        for selector, name in SAID_BY_LOOKS:
            seen = [element for element in page.query_selector_all(selector) if element.is_visible()]
            alike = [element.text_content() or "" for element in seen if not _changes(element, name)]
            found += [f"forced {theme}: {selector} {text.strip()}" for text in alike]
    page.emulate_media(forced_colors="none")
    return found


def _changes(element: ElementHandle, name: str) -> bool:
    """Whether a person sees it go: by the pixels, for computed colours are not those that were forced."""
    picture = element.evaluate_handle("element => element.closest('svg') ?? element").as_element()
    assert picture is not None
    before = picture.screenshot(caret="hide")
    value = element.get_attribute(name)
    element.evaluate("(element, name) => element.removeAttribute(name)", name)
    after = picture.screenshot(caret="hide")
    element.evaluate("(element, [name, value]) => element.setAttribute(name, value)", [name, value])
    return before != after
