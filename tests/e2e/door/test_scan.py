"""The camera at the door: a film of real codes is what Chromium's fake camera sees."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.film import code_128, qr, scene
from tests.e2e.stage import PATIENCE, Phone, Server, axe, sideways
from tests.e2e.tour import UNKNOWN_CODE

PEOPLE = 60  # as loaded in conftest.py
EMPTY = scene()
MIDDLE = (0, 0)

# Debian's Chromium has no BarcodeDetector: this one says which decoder the app asks, and what a phone's own would say.
OWN_DECODER = """
    window.BarcodeDetector = class {
        static async getSupportedFormats() { return %s; }
        constructor({ formats }) { window.asked = formats; }
        async detect(video) {
            if (window.broken) throw new DOMException('service unavailable', 'NotSupportedError');
            const { videoWidth: width, videoHeight: height } = video;
            return [{ rawValue: '%s', format: 'qr_code', boundingBox: new DOMRect(width / 2, height / 2, 0, 0) }];
        }
    };
"""
# Counts what ears and hands would notice.
FELT = """
    window.felt = { tones: 0, beats: [] };
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) { felt.tones++; return start.apply(this, at); };
    navigator.vibrate = beat => felt.beats.push(beat);
"""
FACING = "() => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', %r) } }"


def open_camera(phone: Phone) -> None:
    phone.page.get_by_role("button", name="Scan with the camera").click()


def word(phone: Phone, heading: str, name: str = "") -> None:
    expect(phone.result.get_by_role("heading", name=heading, exact=True)).to_be_visible(timeout=PATIENCE * 1000)
    expect(phone.result).to_contain_text(name)


def recorded(phone: Phone) -> list[Any]:
    return [(row["operation"]["kind"], row["operation"]["payload"]["method"]) for row in phone.rows()]


def test_a_code_in_view_is_one_check_in_without_a_network(
    server: Server, new: list[dict[str, str]], filming: Callable[..., Phone]
) -> None:
    phone = filming([(scene((qr(new[0]["code"]), MIDDLE)), 1)])
    phone.wait_until_ready(PEOPLE)
    server.stop()
    phone.page.reload()
    open_camera(phone)
    word(phone, "In", new[0]["name"])
    expect(phone.page.get_by_role("status").filter(has_text=f"In. {new[0]['name']}")).to_have_count(1)
    phone.page.wait_for_timeout(5_000)  # it stays in view, and longer than a code cools down
    word(phone, "In", new[0]["name"])
    assert recorded(phone) == [("checkin.arrive", "scan")]
    server.start()
    phone.shows(present=1, pending=0)
    assert [row["settled"]["verdict"] for row in phone.rows()] == ["accepted"]


@pytest.mark.long
def test_another_code_counts_at_once_and_bars_too(new: list[dict[str, str]], filming: Callable[..., Phone]) -> None:
    first, second, third = new[:3]
    wide = scene((code_128(third["code"]), MIDDLE))
    phone = filming(
        [(EMPTY, 2), (scene((qr(first["code"]), MIDDLE)), 2), (scene((qr(second["code"]), (60, 30))), 2), (wide, 2)]
    )
    open_camera(phone)
    for person in (first, second, third):
        word(phone, "In", person["name"])
    phone.shows(present=3, pending=0)
    assert recorded(phone) == [("checkin.arrive", "scan")] * 3


@pytest.mark.long
def test_of_two_codes_the_one_in_the_middle_counts_and_what_lies_outside_the_box_does_not(
    new: list[dict[str, str]], filming: Callable[..., Phone]
) -> None:
    near, far, outside = (qr(person["code"], scale=4) for person in new[:3])
    phone = filming([(scene((near, (-20, 0)), (far, (150, 0)), (outside, (250, 0))), 1)])
    open_camera(phone)
    word(phone, "In", new[0]["name"])
    phone.page.wait_for_timeout(2_000)
    assert recorded(phone) == [("checkin.arrive", "scan")]


@pytest.mark.long
def test_a_code_that_nobody_has_records_nothing_by_itself(filming: Callable[..., Phone]) -> None:
    phone = filming([(scene((qr(UNKNOWN_CODE), MIDDLE)), 1)])
    open_camera(phone)
    word(phone, "Not on the list")
    assert phone.rows() == []
    phone.page.get_by_role("button", name="Let in and record the code").click()
    word(phone, "In")
    assert recorded(phone) == [("checkin.arrive", "scan")]


@pytest.mark.long
def test_what_is_no_code_of_ours_is_looked_up_as_it_is(filming: Callable[..., Phone]) -> None:
    phone = filming([(scene((qr("https://example.org/?q=<b>ä</b>"), MIDDLE)), 1)])
    open_camera(phone)
    word(phone, "Not on the list")
    assert phone.rows() == []


def test_a_camera_that_is_refused_leaves_search_and_typing(
    new: list[dict[str, str]], filming: Callable[..., Phone]
) -> None:
    phone = filming([(EMPTY, 1)], permissions=[])
    open_camera(phone)
    alert = phone.page.get_by_role("alert")
    expect(alert).to_contain_text("Allow it in the browser’s settings for this page, then try again.")
    expect(alert).to_contain_text("Until then, type a name or a code above.")
    assert (axe(phone.page, "color-contrast-enhanced"), sideways(phone.page)) == ([], [])
    phone.check_in(new[0])
    phone.next()
    assert phone.page.context is not None
    phone.page.context.grant_permissions(["camera"])
    phone.page.get_by_role("button", name="Try the camera again").click()
    expect(phone.page.get_by_label("What the camera sees")).to_be_visible()


@pytest.mark.long
@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("NotFoundError", "The browser finds no camera on this phone."),
        ("NotReadableError", "Another app is using the camera. Close that app, then try again."),
        ("TypeError", "The camera gives no picture."),
    ],
)
def test_a_camera_that_does_not_open_says_what_to_do(
    error: str, sentence: str, new: list[dict[str, str]], filming: Callable[..., Phone]
) -> None:
    phone = filming([(EMPTY, 1)])
    phone.page.evaluate(FACING % error)
    open_camera(phone)
    expect(phone.page.get_by_role("alert")).to_contain_text(sentence)
    phone.scan(new[0]["code"])
    word(phone, "In", new[0]["name"])


@pytest.mark.long
def test_the_phones_own_decoder_is_asked_where_it_reads_qr_codes(
    new: list[dict[str, str]], filming: Callable[..., Phone]
) -> None:
    own = OWN_DECODER % ("['qr_code', 'code_128', 'pdf417']", new[1]["code"])
    phone = filming([(EMPTY, 1)], before=own)
    loaded: list[str] = []
    phone.page.on("request", lambda request: loaded.append(request.url))
    open_camera(phone)
    word(phone, "In", new[1]["name"])
    assert phone.page.evaluate("() => window.asked") == ["qr_code", "code_128"]
    assert [url for url in loaded if "zxing" in url] == []


@pytest.mark.long
@pytest.mark.parametrize("listed", ["[]", "['code_128']"])
def test_a_decoder_that_reads_no_qr_codes_is_not_asked(
    listed: str, new: list[dict[str, str]], filming: Callable[..., Phone]
) -> None:
    phone = filming([(scene((qr(new[0]["code"]), MIDDLE)), 1)], before=OWN_DECODER % (listed, new[1]["code"]))
    open_camera(phone)
    word(phone, "In", new[0]["name"])


@pytest.mark.long
def test_the_apps_own_decoder_takes_over_when_the_phones_fails(
    new: list[dict[str, str]], filming: Callable[..., Phone]
) -> None:
    own = OWN_DECODER % ("['qr_code']", new[1]["code"])
    phone = filming([(scene((qr(new[0]["code"]), MIDDLE)), 1)], before=f"window.broken = true; {own}")
    open_camera(phone)
    word(phone, "In", new[0]["name"])


@pytest.mark.long
def test_results_fill_the_screen_and_can_be_made_quiet(
    new: list[dict[str, str]], filming: Callable[..., Phone]
) -> None:
    phone = filming([(scene((qr(new[0]["code"]), MIDDLE)), 1)], before=FELT)
    page = phone.page
    phone.check_in(new[1])
    assert page.evaluate("() => [felt.tones, felt.beats]") == [2, [[70]]]
    expect(page.get_by_role("heading", level=1)).to_be_hidden()
    phone.next()
    page.get_by_role("link", name="This phone").click()
    for name in ("Fill the screen with the result", "Sound", "Vibration"):
        page.get_by_role("checkbox", name=name).uncheck()
    page.reload()
    for name in ("Fill the screen with the result", "Sound", "Vibration"):
        expect(page.get_by_role("checkbox", name=name)).not_to_be_checked()
    page.get_by_role("link", name="Door").click()
    phone.check_in(new[2])
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("() => [felt.tones, felt.beats]") == [0, []]
    phone.next()
    open_camera(phone)
    word(phone, "In", new[0]["name"])
    assert (axe(page, "color-contrast-enhanced"), sideways(page)) == ([], [])


@pytest.mark.long
def test_scanning_passes_axe_and_fits_in_both_themes(new: list[dict[str, str]], filming: Callable[..., Phone]) -> None:
    phone = filming([(EMPTY, 5), (scene((qr(new[0]["code"]), MIDDLE)), 60)], reduced_motion="reduce")
    open_camera(phone)
    expect(phone.page.get_by_label("What the camera sees")).to_be_visible()
    found = {}
    for shown in ("camera", "result"):
        for scheme in ("light", "dark"):
            phone.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found[f"{shown} {scheme}"] = [*axe(phone.page, "color-contrast-enhanced"), *sideways(phone.page)]
        word(phone, "In", new[0]["name"])
    assert found == {f"{shown} {scheme}": [] for shown in ("camera", "result") for scheme in ("light", "dark")}
