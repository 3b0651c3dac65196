"""The screens of the door app that the tour does not pass: other checkpoints, a guardian, a lead's, a handover."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import ImageDraw
from playwright.sync_api import Page, expect

from tests.e2e.film import camera, film, qr, scene
from tests.e2e.stage import PATIENCE, Phone, Server
from tests.e2e.tour import DOOR, IN_OUT_DOOR, admit_earlier, walk_in_earlier

ARENA, DECK, BUNKS, BUS = "Lakeside Arena", "Pool deck", "Bunks, house A", "Bus to the arena"
STOPS = [
    "scan", "hold", "unpaid", "nobody", "register", "guarded", "guardian-code", "barred", "manifest", "places",
    "choose", "taken", "undo-place", "lead", "same-person", "holding", "give", "take",
]  # fmt: skip
MODULE = 8  # pixels
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"
HOURS = 72  # after which a door's phone erases its list


def camera_before(folder: Path) -> list[str]:
    """Switches for a camera that sees a wristband and cannot read it: one eye of the code is hollow, it stays open."""
    code = qr("ACDEF-GHJKM", scale=MODULE)
    ImageDraw.Draw(code).rectangle((6 * MODULE, 6 * MODULE, 9 * MODULE - 1, 9 * MODULE - 1), fill=255)
    return camera(film(folder / "film.y4m", [(scene((code, (0, 0))), 1)]))


class Cast:
    """Who meets with what on the tour: ids, names and delegations of people whom a volunteer finds by these alone."""

    def __init__(self, people: Sequence[dict[str, str]]) -> None:
        two = [person for person in people if len(person["name"].split()) == 2]
        self.held, self.guarded, self.twice, self.listed = two[:4]
        self.bedded, self.late = [person for person in people if person["delegation"] == "Finland"][:2]
        self.barred = next(person for person in people if person["role"] in {"family", "volunteer"})
        taken = [self.bedded, self.late]
        self.unpaid = next(person for person in two[4:] if person["role"] == "athlete" and person not in taken)
        first, last = self.listed["name"].split()
        self.walked = f"{last} {first[:-1]}"


def prepare(server: Server, cast: Cast, *, code: str) -> str:
    """What was before the phone came: a hold, a guard, one admitted twice, a walk-in. Answers with a lead's link."""
    server.manage(
        "shell",
        "--no-imports",
        "-c",
        "from checkin import guardians, roster\n"
        "from checkin.models import Checkpoint, Person\n"
        "from django.utils import timezone\n"
        f"doors = Checkpoint.objects.filter(name='{IN_OUT_DOOR}')\n"
        "doors.update(guarded=True)\n"
        "roster.publish_checkpoints(doors)\n"
        f"held = Person.objects.get(id='{cast.held['id']}')\n"
        "roster.place_hold(person=held, desk='medical', reason='', by='Lea', now=timezone.now())\n"
        f"with roster.changing(held.event_id) as change:\n"
        f"    Person.objects.filter(id='{cast.unpaid['id']}').update(standing='unpaid')\n"
        f"    change.people.add('{cast.unpaid['id']}')\n"
        f"guardians.give_code(person=Person.objects.get(id='{cast.guarded['id']}'), now=timezone.now())\n",
    )
    admit_earlier(server, code=code, people=[cast.twice], by="Ben")
    admit_earlier(server, code=code, people=[cast.twice], by="Aino", verdict="flagged")
    walk_in_earlier(server, code=code, name=cast.walked, delegation=cast.listed["delegation"], by="Aino")
    return server.enrolment_link(profile="lead")


def stops(phone: Phone, cast: Cast, *, link: str, people: int) -> Iterator[str]:
    """Yields the name of each of STOPS while a lead's phone shows it. It has a camera (`camera_before`)."""
    phone.enrol(link, name="Lea", checkpoint=BUS)
    phone.wait_until_ready(people + 1)  # and the walk-in
    yield from _at_the_door(phone, cast)
    yield from _with_a_guardian(phone, cast)
    yield from _elsewhere(phone, cast)
    yield from _as_a_lead(phone, cast)
    yield from _from_phone_to_phone(phone)


def _at_the_door(phone: Phone, cast: Cast) -> Iterator[str]:
    page = phone.page
    stand_at(page, DOOR, ARENA)
    scan = page.get_by_role("button", name="Scan with the camera")
    scan.click()
    expect(page.get_by_label("What the camera sees")).to_be_visible()
    yield "scan"
    scan.click()
    phone.tap(cast.held)
    shown(phone, "On hold")
    yield "hold"
    page.get_by_role("button", name="Sent to the medical desk").click()
    phone.tap(cast.unpaid)
    shown(phone, "Not paid")
    yield "unpaid"
    page.get_by_role("button", name="Send away").click()
    phone.search("Zenobia Walker")
    register = page.get_by_role("button", name="Not on the list: register")
    expect(register).to_be_visible()
    yield "nobody"
    register.click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    yield "register"
    page.get_by_role("button", name="Cancel").click()


def _with_a_guardian(phone: Phone, cast: Cast) -> Iterator[str]:
    page = phone.page
    stand_at(page, IN_OUT_DOOR, ARENA)
    phone.check_in(cast.guarded)
    phone.next()
    page.get_by_text("Going out").click()
    phone.tap(cast.guarded)
    shown(phone, "Guardian only")
    box = phone.result.get_by_role("textbox", name="Release code")
    expect(box).to_be_focused()
    yield "guarded"
    box.fill("ACDEFGHJ")
    phone.result.get_by_role("button", name="Check the code").click()
    expect(phone.result.get_by_role("alert")).to_contain_text("1 wrong code")
    yield "guardian-code"
    page.get_by_role("button", name="Back").click()


def _elsewhere(phone: Phone, cast: Cast) -> Iterator[str]:
    page = phone.page
    stand_at(page, DECK)
    phone.tap(cast.barred)
    shown(phone, "Not allowed here")
    yield "barred"
    page.get_by_role("button", name="Send away").click()
    stand_at(page, BUS)
    page.get_by_role("list", name="Missing").get_by_role("button").first.click()
    shown(phone, "On board")
    phone.next()
    expect(page.get_by_role("region", name="Manifest")).to_contain_text("on board")
    yield "manifest"
    stand_at(page, BUNKS)
    page.context.set_offline(True)  # what is recorded from here on waits, for the handover
    expect(page.get_by_role("region", name="Places")).to_contain_text("12 of 12 free")
    yield "places"
    phone.tap(cast.bedded)
    shown(phone, "Which place?")
    yield "choose"
    page.get_by_role("button", name="A-1, free").click()
    shown(phone, "In")
    phone.next()
    phone.tap(cast.late)
    page.get_by_role("button", name=re.compile("^A-1, ")).click()
    shown(phone, "A-1 is taken")
    yield "taken"
    page.get_by_role("button", name="Choose another").click()
    page.get_by_role("button", name="A-2, free").click()
    shown(phone, "In")
    phone.next()
    expect(page.get_by_role("button", name=f"Undo {cast.late['name']}")).to_be_visible()
    yield "undo-place"


def _as_a_lead(phone: Phone, cast: Cast) -> Iterator[str]:
    page = phone.page
    page.get_by_role("navigation").get_by_role("link", name="Lead, 1 to look at").click()
    card = page.get_by_role("list", name="Walk-ins").get_by_role("listitem").filter(has_text=cast.walked)
    expect(card.get_by_role("heading", name=cast.walked)).to_be_visible()
    yield "lead"
    card.get_by_role("button", name=f"Same person as {cast.listed['name']}").first.click()
    expect(card.get_by_role("button", name="They are one person")).to_be_visible()
    yield "same-person"
    page.get_by_role("searchbox", name="Put somebody on hold").fill(cast.late["name"])
    expect(page.get_by_role("button", name=f"Hold {cast.late['name']}, {cast.late['delegation']}")).to_be_visible()
    yield "holding"


def _from_phone_to_phone(phone: Phone) -> Iterator[str]:
    page = phone.page
    for name, link, sees in (
        ("give", "Hand over to another phone", page.get_by_role("img", name="Code ")),
        ("take", "Read another phone’s codes", page.get_by_label("What the camera sees")),
    ):
        page.get_by_role("link", name="This phone").click()
        page.get_by_role("link", name=link).click()
        expect(sees).to_be_visible()
        yield name


def to_install_first(phone: Phone, server: Server, *, code: str) -> Page:
    """An iPhone's browser, which has to install the app first (`user_agent=IPHONE`)."""
    phone.page.goto(f"{server.url}/app/#enrol={code}")
    expect(phone.page.get_by_text("install it first")).to_be_visible()
    return phone.page


def erased(phone: Phone) -> Page:
    """A phone that nobody heard of for days."""
    page = phone.page
    page.context.set_offline(True)
    page.clock.install()
    page.reload()
    expect(page.get_by_role("searchbox", name="Name or wristband code")).to_be_visible()
    page.clock.fast_forward((HOURS + 1) * 3_600_000)
    page.reload()
    expect(page.get_by_text("No list of people on this phone.")).to_be_visible()
    return page


def stand_at(page: Page, checkpoint: str, venue: str = "") -> None:
    page.get_by_role("link", name="This phone").click()
    page.get_by_role("link", name="Change checkpoint").click()
    page.get_by_role("list", name="Checkpoints").get_by_role("button", name=f"{checkpoint} {venue}").click()
    expect(page.get_by_role("heading", name=checkpoint, level=1)).to_be_visible()


def shown(phone: Phone, word: str) -> None:
    heading = phone.result.get_by_role("heading", name=word, exact=True)
    expect(heading).to_be_visible(timeout=PATIENCE * 1000)
