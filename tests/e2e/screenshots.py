"""`make screenshots`: takes every picture in docs/screenshots/ anew, from the demo event, and writes their page."""

import csv
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import FilePayload, Page, Playwright, ViewportSize, expect, sync_playwright

from tests.e2e.chromium import find_chromium
from tests.e2e.control_tour import control_pages
from tests.e2e.family_tour import family_pages
from tests.e2e.guides import take_for_guides
from tests.e2e.kiosk import enrol, kiosk_screens
from tests.e2e.pictures import SCHEMES, page_of_pictures
from tests.e2e.planning import ON_A_PHONE, planning_pages
from tests.e2e.stage import ROOT, Phone, Server
from tests.e2e.stops import Cast, camera_before, prepare, stops
from tests.e2e.tour import admit_earlier, enrolment_code, guests, tour, walk_in_earlier

FOLDER = ROOT / "docs" / "screenshots"
PEOPLE = 500
PHONE, DESK = ViewportSize(width=360, height=640), ViewportSize(width=1280, height=800)
USER, PASSWORD = "anna", "for pictures only"


def main() -> None:
    """All parts anew, or those that are named: door, lead, kiosk, admin, planning, families, control."""
    named = sys.argv[1:]
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in [] if named else FOLDER.glob("*.png"):
        old.unlink()
    with running_server() as server, sync_playwright() as playwright:
        parts: dict[str, Callable[[Playwright, Server], None]] = {"door": take_door, "lead": take_lead}
        parts |= {"kiosk": take_kiosk, "admin": take_admin, "planning": take_planning}
        parts |= {"families": take_families, "control": take_control}
        for name, take_part in parts.items():
            if not named or name in named:
                sys.stdout.write(f"Taking: {name}…\n")
                take_part(playwright, server)
    (FOLDER / "README.md").write_text(page_of_pictures(PEOPLE), encoding="utf-8")
    taken = list(FOLDER.glob("*.png"))
    megabytes = sum(file.stat().st_size for file in taken) / 1e6
    sys.stdout.write(f"{len(taken)} pictures, {megabytes:.1f} MB, in {FOLDER.relative_to(ROOT)}.\n")


@contextmanager
def running_server() -> Iterator[Server]:
    os.environ["EVENTSYNC_SMS"] = "console"
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        server.manage("migrate", "--verbosity", "0")
        server.manage("demo", "--people", str(PEOPLE), "--no-invite")
        os.environ["DJANGO_SUPERUSER_PASSWORD"] = PASSWORD
        server.manage("createsuperuser", "--noinput", "--username", USER, "--email", "")
        with server:
            yield server


def take_door(playwright: Playwright, server: Server) -> None:
    code, everywhere = enrolment_code(server), enrolment_code(server, venue=None)
    people = [person for person in guests(PEOPLE) if _common_font(person["name"])]
    alike = [person for person in people if person["name"].startswith("Mar")]
    others = [person for person in people if person not in alike]
    admit_earlier(server, code=code, people=[*others[:90], *alike[::2]], by="Ben")
    admit_earlier(server, code=code, people=others[90:170], by="Aino")
    admit_earlier(server, code=code, people=others[60:90], by="Aino", checkpoint="Quiet room")
    admit_earlier(server, code=everywhere, people=others[100:148], by="Li", venue="pool", minutes=0.7)
    admit_earlier(server, code=everywhere, people=others[10:119], by="Jamal", venue="village", minutes=1)
    with tempfile.TemporaryDirectory() as folder:
        phone = Phone(playwright, Path(folder), find_chromium())
        phone.switch_on()
        new = [alike[1], others[-1], others[-2], others[-3]]
        for screen in tour(phone, server, code=code, people=PEOPLE, new=new, was_in=alike[0]):
            take_door_screen(phone.page, screen)
        phone.switch_off()


def take_kiosk(playwright: Playwright, server: Server) -> None:
    # A name as everybody's machine can show it, of somebody who has not come in before.
    guest = [person for person in guests(PEOPLE) if _common_font(person["name"])][-10]
    with tempfile.TemporaryDirectory() as folder:
        phone = Phone(playwright, Path(folder), find_chromium())
        phone.switch_on()
        enrol(phone, server)
        for screen in kiosk_screens(phone, code=guest["code"]):
            take_all(phone.page, screen)
        phone.switch_off()


def take_lead(playwright: Playwright, _: Server) -> None:
    """At other checkpoints, and as a lead. On a server of its own, at which nobody has come in yet."""
    people = [person for person in guests(PEOPLE) if _common_font(person["name"])]
    with running_server() as server, tempfile.TemporaryDirectory() as folder:
        link = prepare(server, Cast(people), code=enrolment_code(server))
        camera = camera_before(Path(folder))
        phone = Phone(playwright, Path(folder) / "phone", find_chromium(), {"permissions": ["camera"]}, camera)
        phone.switch_on()
        for stop in stops(phone, Cast(people), link=link, people=PEOPLE):
            take_door_screen(phone.page, stop)
        phone.switch_off()


def take_control(playwright: Playwright, server: Server) -> None:
    """What happened at the door before is in it, so it comes last."""
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
    page = browser.new_page(viewport=DESK, locale="en-GB")
    sign_in(page, server)
    for name in control_pages(page, server):
        take_all(page, name)
        page.set_viewport_size(DESK)
    browser.close()


def take_families(playwright: Playwright, server: Server) -> None:
    """The code for a number is only asked for: no worker is there to send it."""
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
    page = browser.new_page(viewport=PHONE, locale="en-GB")
    for name in family_pages(page, server):
        take_all(page, name)
        page.set_viewport_size(PHONE)
    browser.close()


def _common_font(name: str) -> bool:
    """Latin, Greek and Cyrillic: a bare machine has no letters for the others, and would show boxes on the pictures."""
    return all(char < "\u0530" or "\u1e00" <= char < "\u2000" for char in name)


def take_all(page: Page, screen: str) -> None:
    """Large and small, light and dark."""
    for size in (DESK, PHONE):
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            take(page, screen, size, scheme)


def take_door_screen(page: Page, screen: str) -> None:
    """The same, and for the guides that show it."""
    take_all(page, screen)
    page.emulate_media(color_scheme="light")
    take_for_guides(page, screen, FOLDER.parent, lambda language: take(page, screen, PHONE, f"light-{language}"))


def take(page: Page, screen: str, size: ViewportSize, scheme: str = "light") -> None:
    page.set_viewport_size(size)
    page.screenshot(path=FOLDER / f"{screen}-{size['width']}-{scheme}.png", caret="hide")


def take_admin(playwright: Playwright, server: Server) -> None:
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
    page = browser.new_page(viewport=DESK, locale="en-GB")
    for name in admin_pages(page, server, people=PEOPLE):
        take(page, name, DESK)
        if name == "admin-headcount":
            take(page, name, PHONE)
    browser.close()


def take_planning(playwright: Playwright, server: Server) -> None:
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
    page = browser.new_page(viewport=DESK, locale="en-GB")
    sign_in(page, server)
    for name in planning_pages(page, server):
        if name in ON_A_PHONE:
            page.emulate_media(color_scheme="dark")
            take(page, name, PHONE, "dark")
            page.emulate_media(color_scheme="light")
        take(page, name, DESK)
    browser.close()


def sign_in(page: Page, server: Server) -> None:
    """As the superuser USER."""
    page.goto(f"{server.url}/admin/")
    page.get_by_label("Username").fill(USER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Organisers’ desk")).to_be_visible()


def admin_pages(page: Page, server: Server, *, people: int) -> Iterator[str]:
    """Yields the name of each of ADMIN_TITLES while it is shown, to the superuser USER."""
    sign_in(page, server)
    yield "admin-index"
    yield from walk_in_pages(page, server, people=people)
    for name, path in (("ledger", "attendancerecord"), ("headcount", "headcount")):
        answer = page.goto(f"{server.url}/admin/checkin/{path}/")
        assert answer is not None and answer.ok, answer
        yield f"admin-{name}"
    page.goto(f"{server.url}/admin/sync/device/")
    yield "admin-phones"
    page.locator("#result_list tbody a").first.click()
    expect(page.get_by_role("button", name="Make a code for this phone")).to_be_visible()
    yield "admin-phone"
    page.get_by_role("link", name="Profile and venue").click()
    expect(page.get_by_label("Profile")).to_be_visible()
    yield "admin-assign"
    page.goto(f"{server.url}/admin/sync/outboximport/add/")
    page.get_by_label("Event").select_option(index=1)
    page.get_by_label("File").set_input_files(FilePayload(name="ben.ndjson", mimeType="", buffer=torn_outbox(server)))
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="Check before importing")).to_be_visible()
    yield "admin-outbox"
    page.get_by_label("not known here").select_option("door")
    page.get_by_role("button", name="Import 4 records").click()
    expect(page.get_by_role("heading", name="Outbox imported")).to_be_visible()
    yield "admin-outbox-done"
    page.goto(f"{server.url}/admin/sync/quarantined/")
    expect(page.get_by_text("unknown_kind").first).to_be_visible()
    yield "admin-quarantine"
    page.goto(f"{server.url}/admin/sync/enrolmentcode/add/")
    page.get_by_label("Uses").fill("20")
    page.get_by_role("button", name="Make the code").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    yield "admin-enrolment"
    page.goto(f"{server.url}/admin/checkin/rosterimport/add/")
    file = FilePayload(name="delegations-update.csv", mimeType="text/csv", buffer=changed_roster(server, people))
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="Check before importing")).to_be_visible()
    yield "admin-roster"
    page.get_by_role("button", name="Throw the file away").click()


def walk_in_pages(page: Page, server: Server, *, people: int) -> Iterator[str]:
    """People, and somebody among them who was registered under the name of another, turned around and misspelt."""
    page.goto(f"{server.url}/admin/checkin/person/")
    yield "admin-people"
    guest = next(each for each in guests(people) if _common_font(each["name"]) and len(each["name"].split()) == 2)
    first, last = guest["name"].split()
    said = {"name": f"{last} {first[:-1]}", "delegation": guest["delegation"], "by": "Aino"}
    walk_in_earlier(server, code=enrolment_code(server), **said)
    page.goto(f"{server.url}/admin/checkin/person/walk-ins/")
    expect(page.get_by_role("rowheader", name=said["name"])).to_be_visible()
    yield "admin-walk-ins"
    page.get_by_role("link", name=f"{said['name']} may be {guest['name']}").click()
    expect(page.get_by_role("button", name="They are one person")).to_be_visible()
    yield "admin-same-person"


def torn_outbox(server: Server) -> bytes:
    """Of a phone that this server does not know: three records, one of a kind that it does not know, one cut off."""
    report = json.loads(server.manage("headcount", "--event", "demo", "--json"))
    checkpoint, device = report["venues"][0]["checkpoints"][0]["id"], "018f0000-0000-7000-8000-00000000be11"
    header = {"format": "eventsync-outbox", "version": 1, "device": device, "event": None, "count": 5}
    operations = [
        {
            "id": f"018f0000-0000-7000-8000-00000000000{seq}",
            "kind": "checkin.greet" if seq == 4 else "checkin.arrive",
            "seq": seq,
            "occurred_at": f"2026-07-04T12:0{seq}:00.000Z",
            "payload": {"checkpoint": checkpoint, "person": person["id"], "method": "search"},
            "device": device,
        }
        for seq, person in enumerate(guests(40)[-5:], 1)
    ]
    return "\n".join(map(json.dumps, [header, *operations])).encode()[:-40]


def changed_roster(server: Server, people: int) -> bytes:
    """The demo's roster as an organiser would send it again: two corrections, two people more."""
    file = server.folder / "roster.csv"
    server.manage("demo", "--people", str(people), "--csv", str(file))
    rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    rows[4][1], rows[9][2] = rows[4][1] + "-Nowak", "Norway"
    rows += [
        ["P-00901", "Søren Ågård", "Denmark", "coach", "", "", ""],
        ["P-00902", "Nguyễn Thị Mỹ", "Vietnam", "athlete", "", "", "Mỹ"],
    ]
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


if __name__ == "__main__":
    main()
