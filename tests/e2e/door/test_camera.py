"""The camera itself: when it is on, which one, its light and zoom, and that the screen stays on."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.door.test_scan import EMPTY, MIDDLE, open_camera, recorded, word
from tests.e2e.film import qr, scene
from tests.e2e.looks import sweep
from tests.e2e.stage import Phone, axe, sideways

# A second camera that is the first one under another name.
TWO_CAMERAS = """
    const { mediaDevices } = navigator;
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    window.wished = [];
    mediaDevices.enumerateDevices = async () => ['First', 'Second'].map(label =>
        ({ kind: 'videoinput', deviceId: label.toLowerCase(), label }));
    mediaDevices.getUserMedia = wish => { window.wished.push(wish.video.deviceId); return open({ video: true }); };
"""
# The film's camera has neither light nor zoom: its own track says so here, and writes down what it is asked for.
ABLE = """
    window.wished = [];
    MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true, zoom: { min: 1, max: 4, step: 0.5 } });
    MediaStreamTrack.prototype.applyConstraints = async ({ advanced: [wish] }) => {
        if (window.hot && wish.torch) throw new DOMException('too hot', 'NotReadableError');
        window.wished.push(wish);
    };
"""
# The browser's own locks.
AWAKE = """
    window.locks = [];
    const ask = WakeLock.prototype.request;
    WakeLock.prototype.request = async function (kind) {
        const lock = await ask.call(this, kind);
        window.locks.push(lock);
        return lock;
    };
"""


@pytest.mark.long
def test_the_camera_rests_while_nobody_looks(new: list[dict[str, str]], filming: Callable[..., Phone]) -> None:
    phone = filming([(scene((qr(new[0]["code"]), MIDDLE)), 1)])
    open_camera(phone)
    word(phone, "In", new[0]["name"])
    page = phone.page
    picture = page.get_by_label("What the camera sees")
    stream = picture.evaluate_handle("video => video.srcObject")
    assert stream.evaluate("stream => stream.active")
    hide(phone, hidden=True)
    expect(picture).to_have_count(0)
    assert not stream.evaluate("stream => stream.active")
    hide(phone, hidden=False)
    stream = picture.evaluate_handle("video => video.srcObject")
    page.get_by_role("link", name="This phone").click()
    expect(page.get_by_role("heading", name="This phone")).to_be_visible()
    assert not stream.evaluate("stream => stream.active")
    page.get_by_role("link", name="Door").click()
    expect(picture).to_be_visible()
    assert recorded(phone) == [("checkin.arrive", "scan")]


def hide(phone: Phone, *, hidden: bool) -> None:
    """What a page hears when its phone is put into a pocket."""
    phone.page.evaluate(
        """hidden => {
            const get = () => hidden ? 'hidden' : 'visible';
            Object.defineProperty(document, 'visibilityState', { get, configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )


@pytest.mark.long
def test_the_camera_that_was_chosen_is_opened_again(new: list[dict[str, str]], filming: Callable[..., Phone]) -> None:
    phone = filming([(EMPTY, 1)], before=TWO_CAMERAS)
    open_camera(phone)
    phone.page.get_by_role("combobox", name="Camera").select_option("Second")
    phone.page.reload()
    expect(phone.page.get_by_label("What the camera sees")).to_be_visible()
    assert phone.page.evaluate("() => window.wished") == [{"ideal": "second"}]


@pytest.mark.long
def test_light_and_zoom_are_those_of_the_camera_and_go_out_with_it(
    new: list[dict[str, str]], filming: Callable[..., Phone]
) -> None:
    phone = filming([(EMPTY, 1)], before=ABLE)
    page = phone.page
    open_camera(phone)
    light = page.get_by_role("button", name="Light")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "true")
    page.get_by_role("slider", name="Zoom").fill("2.5")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("wished") == [{"torch": True}, {"zoom": 2.5}, {"torch": False}]
    page.evaluate("hot = true")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "false")  # it says what is so
    assert (axe(page, "color-contrast-enhanced"), sideways(page), sweep(page)) == ([], [], [])
    page.get_by_role("button", name="Scan with the camera").click()
    expect(light).to_have_count(0)


@pytest.mark.long
def test_the_screen_stays_on_while_the_camera_is_and_not_longer(filming: Callable[..., Phone]) -> None:
    # Who grants one permission to Chromium from outside takes away all others, that of the lock, too.
    phone = filming([(EMPTY, 1)], before=AWAKE, switches=["--use-fake-ui-for-media-stream"], permissions=None)
    page = phone.page
    open_camera(phone)
    page.wait_for_function("() => locks.length === 1 && !locks[0].released")
    page.get_by_role("button", name="Scan with the camera").click()
    page.wait_for_function("() => locks.length === 1 && locks[0].released")


def test_whoever_tries_the_camera_again_by_keyboard_goes_on_from_there(filming: Callable[..., Phone]) -> None:
    phone = filming([(EMPTY, 1)], permissions=[])
    page = phone.page
    open_camera(phone)
    again = page.get_by_role("button", name="Try the camera again")
    again.press("Enter")
    expect(page.get_by_role("region", name="Camera")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Allow it in the browser’s settings")
    page.keyboard.press("Tab")
    expect(again).to_be_focused()
    page.context.grant_permissions(["camera"])
    page.keyboard.press("Enter")
    expect(page.get_by_label("What the camera sees")).to_be_visible()
    expect(page.get_by_role("region", name="Camera")).to_be_focused()
