"""The kiosk: people check themselves in, nobody stands beside them, and nobody reads why somebody was sent on."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.film import camera, film, qr, scene
from tests.e2e.kiosk import HELD, HOLD, TOLD, VOLUNTEER, first, hold_up, next_person, ready, recorded, run, shows, waits
from tests.e2e.stage import Phone, Server, axe, sideways
from tests.e2e.tour import AT_ONCE, UNKNOWN_CODE


def keep_out(server: Server, *, held: dict[str, str], cancelled: dict[str, str]) -> None:
    run(
        server,
        f"held, cancelled = (Person.objects.get(id=key) for key in ('{held['id']}', '{cancelled['id']}'))\n"
        "roster.place_hold(person=held, desk='medical', reason='', by='Lea', now=timezone.now())\n"
        "with roster.changing(cancelled.event_id) as change:\n"
        "    cancelled.standing = 'cancelled'\n"
        "    cancelled.save()\n"
        "    change.people.add(cancelled.id)\n",
    )


@pytest.mark.long
def test_people_check_themselves_in_and_the_screen_returns_by_itself(
    server: Server, new: list[dict[str, str]], at_kiosk: Callable[..., Phone]
) -> None:
    phone = at_kiosk(script=TOLD)
    for answers in ([f"Welcome, {first(new[0])}"], ["You are already in", VOLUNTEER]):
        phone.page.evaluate("told.length = 0")
        for code in [new[0]["code"], UNKNOWN_CODE][: len(answers)]:
            phone.page.evaluate(AT_ONCE, code)
        phone.page.wait_for_function("answers => told.join() === answers", arg=",".join(answers))
        shows(phone, HOLD, level=1)
    waits(phone, 0)
    assert recorded(phone) == [("checkin.arrive", None), ("checkin.refuse", "unknown_person")]
    assert {
        (row["settled"]["verdict"] in {"accepted", "flagged"}, row["operation"]["actor"]) for row in phone.rows()
    } == {(True, None)}
    assert server.operations() == phone.outbox()
    server.manage("audit", "--json")


def test_a_kiosk_without_a_network_starts_records_and_sends_later(
    server: Server, new: list[dict[str, str]], at_kiosk: Callable[..., Phone]
) -> None:
    phone = at_kiosk()
    server.stop()
    phone.page.reload()
    ready(phone)
    for person in new[:2]:
        hold_up(phone, person["code"], f"Welcome, {first(person)}")
    phone.page.reload()
    ready(phone)
    waits(phone, 2)
    hold_up(phone, new[1]["code"], "You are already in")
    server.start()
    phone.page.reload()
    ready(phone)
    waits(phone, 0)
    assert server.operations() == phone.outbox()
    assert recorded(phone) == [("checkin.arrive", None)] * 2


@pytest.mark.long
def test_who_needs_a_volunteer_is_never_told_why(
    server: Server, new: list[dict[str, str]], at_kiosk: Callable[..., Phone]
) -> None:
    held, cancelled = new[:2]
    welcome = next(each for each in new[2:] if each["given"])
    keep_out(server, held=held, cancelled=cancelled)
    phone = at_kiosk()
    page = phone.page
    seen = []
    for code in (held["code"], cancelled["code"], UNKNOWN_CODE):
        hold_up(phone, code, VOLUNTEER)
        waits(phone, 0)
        seen.append((page.locator("#app").inner_html(), page.title(), page.url))
        next_person(phone)
    assert len(set(seen)) == 1
    reasons = [("checkin.refuse", reason) for reason in ("on_hold", "cancelled", "unknown_person")]
    assert recorded(phone) == reasons
    hold_up(phone, welcome["code"], f"Welcome, {first(welcome)}")
    waits(phone, 0)
    assert recorded(phone) == [*reasons, ("checkin.arrive", None)]


@pytest.mark.long
def test_a_kiosk_holds_what_to_call_people_alone_and_no_address_leads_away(
    new: list[dict[str, str]], at_kiosk: Callable[..., Phone]
) -> None:
    phone = at_kiosk()
    page = phone.page
    stored = page.evaluate(
        """() => new Promise((resolve, reject) => {
            const opening = indexedDB.open('eventsync-records-2');
            opening.onerror = () => reject(opening.error);
            opening.onsuccess = () => {
                const all = opening.result.transaction('buckets').objectStore('buckets').getAll();
                all.onsuccess = () => { opening.result.close(); resolve(all.result.map(({ json }) => json).join()); };
            };
        })"""
    )
    person = next(each for each in new if len(each["name"].split()) == 2 and each["name"].isascii())
    called = next(each for each in new if each["given"])
    for each in (person, called):
        assert (f'"name":"{first(each)}"' in stored, each["name"] in stored) == (True, False)
    assert (page.get_by_role("searchbox").count(), page.get_by_role("link").count()) == (0, 0)
    for address in ("door", "phone", "sent", "lead", "name", "checkpoint", "give", "take", "enrol", "kiosk"):
        page.goto(f"{page.url.split('#')[0]}#/{address}")
        page.reload()
        shows(phone, HOLD, level=1)
        expect(page.get_by_role("link")).to_have_count(0)


@pytest.mark.long
def test_codes_one_upon_the_other_are_all_recorded(
    server: Server, new: list[dict[str, str]], at_kiosk: Callable[..., Phone]
) -> None:
    phone = at_kiosk()
    phone.page.evaluate(f"codes => codes.forEach({AT_ONCE})", [person["code"] for person in new[:3]])
    shows(phone, f"Welcome, {first(new[2])}")
    waits(phone, 0)
    assert recorded(phone) == [("checkin.arrive", None)] * 3
    assert server.operations() == phone.outbox()


@pytest.mark.long
def test_a_keyboard_is_enough_and_every_state_passes_axe(
    new: list[dict[str, str]], at_kiosk: Callable[..., Phone]
) -> None:
    phone = at_kiosk(reduced_motion="reduce")
    page = phone.page
    found: dict[str, list[str]] = {}

    def check(state: str) -> None:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found[f"{state} {scheme}"] = axe(page, "color-contrast-enhanced")
        page.set_viewport_size({"width": 320, "height": 640})
        found[f"{state} 320"] = sideways(page)
        page.set_viewport_size({"width": 360, "height": 640})

    expect(page.get_by_role("heading", name=HOLD)).to_be_focused()
    for language in page.get_by_role("radio").all():
        expect(language).to_be_in_viewport(ratio=1)
    check("idle")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Camera")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("radio", name="English")).to_be_focused()
    for state, code, heading in (
        ("welcome", new[0]["code"], f"Welcome, {first(new[0])}"),
        ("already", new[0]["code"], "You are already in"),
        ("volunteer", UNKNOWN_CODE, VOLUNTEER),
    ):
        hold_up(phone, code, heading)
        expect(page.get_by_role("button", name="Next person")).to_be_focused()
        check(state)
    page.keyboard.press("Space")  # Enter, so soon after a code, would be the reader's own
    expect(page.get_by_role("heading", name=HOLD)).to_be_focused()
    page.get_by_role("radio", name="العربية").check()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    check("arabic")
    states = ("idle", "welcome", "already", "volunteer", "arabic")
    assert found == {f"{state} {part}": [] for state in states for part in ("light", "dark", "320")}


@pytest.mark.long
def test_the_camera_that_looks_at_people_reads_their_codes(
    new: list[dict[str, str]], at_kiosk: Callable[..., Phone], tmp_path: Path
) -> None:
    sees = camera(film(tmp_path / "film.y4m", [(scene((qr(new[0]["code"]), (0, 0))), 1)]))
    wishes = """
        const { mediaDevices } = navigator;
        const open = mediaDevices.getUserMedia.bind(mediaDevices);
        window.wished = [];
        // Chosen when this was a door's phone.
        localStorage.setItem('eventsync-settings', JSON.stringify({ camera: 'the-one-of-the-door' }));
        mediaDevices.getUserMedia = wish => { window.wished.push(wish.video.facingMode); return open(wish); };
    """
    phone = at_kiosk(script=HELD + wishes, switches=sees, permissions=["camera"])
    page = phone.page
    page.get_by_role("button", name="Camera", exact=True).click()
    shows(phone, f"Welcome, {first(new[0])}")
    assert page.evaluate("wished") == [{"ideal": "user"}]
    expect(page.get_by_label("What the camera sees")).to_be_attached()  # behind the answer it goes on reading
    next_person(phone)
    page.get_by_role("button", name="Camera", exact=True).click()
    expect(page.get_by_label("What the camera sees")).to_have_count(0)
    assert recorded(phone) == [("checkin.arrive", None)]
