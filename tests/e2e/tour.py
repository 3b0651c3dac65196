"""Every screen of the door app, in an order in which a volunteer may meet them: for the checks and for the pictures."""

import json
import re
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import expect

from checkin.demo.people import MadeUp, generate_people
from tests.e2e.stage import Phone, Server

VENUE, DOOR, DAILY_DOOR, IN_OUT_DOOR = "arena", "Main door", "Day pass door", "Quiet room"
TEAM = "Germany"
UNKNOWN_CODE = "VWXY3-4679A-CDEFG"
SCREENS = [
    "enrol", "wrong-code", "name", "checkpoint", "ready", "door", "in", "unlisted", "already", "group", "recent",
    "sent", "phone", "out", "unsaved", "rescue",
]  # fmt: skip

# Chromium ignores DevTools' quota override, so the browser is made to say it.
FULL = "() => { IDBObjectStore.prototype.add = () => { throw new DOMException('no quota', 'QuotaExceededError') } }"

# What a browser does with keys, as fast as a reader types: a busy machine would make Playwright's own keys a person's.
AT_ONCE = """code => {
    for (const key of [...code, 'Enter', 'Enter']) {
        const pressed = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
        const heard = !document.activeElement.dispatchEvent(pressed);
        const focused = document.activeElement;
        if (heard) continue;
        if (focused instanceof HTMLButtonElement && (key === ' ' || key === 'Enter')) focused.click();
        if (!(focused instanceof HTMLInputElement) || key.length > 1) continue;
        focused.value += key;
        focused.dispatchEvent(new Event('input', { bubbles: true }));
    }
}"""


def guests(number: int) -> list[dict[str, str]]:
    """Those of the demo's first `number` people whom a volunteer finds by name and delegation alone."""
    people = generate_people(number)
    alike = Counter((person.name, person.delegation) for person in people)
    return [_plain(person) for person in people if alike[person.name, person.delegation] == 1]


def _plain(person: MadeUp) -> dict[str, str]:
    plain = {"name": person.name, "delegation": person.delegation, "role": person.role, "code": person.code}
    return plain | {"id": str(person.id), "given": person.given}


def enrolment_code(server: Server, *, venue: str | None = VENUE, uses: int = 50) -> str:
    """A code for the phones of one venue, or of all."""
    where = ["--venue", venue] if venue else []
    asked = ["--event", "demo", "--profile", "door", *where, "--uses", str(uses), "--json"]
    return str(json.loads(server.manage("enrol_code", *asked))["code"])


def admit_earlier(
    server: Server,
    *,
    code: str,
    people: Sequence[dict[str, str]],
    by: str,
    venue: str = VENUE,
    checkpoint: str = DOOR,
    minutes: float = 1.5,
    verdict: str = "accepted",
) -> None:
    """Another phone lets `people` in, the last of them a while ago, each `minutes` after the one before."""
    [door] = [
        each["id"]
        for place in json.loads(server.manage("headcount", "--event", "demo", "--json"))["venues"]
        for each in place["checkpoints"]
        if (place["venue"], each["checkpoint"]) == (venue, checkpoint)
    ]
    said = [("checkin.arrive", {"checkpoint": door, "person": each["id"], "method": "search"}) for each in people]
    _push(server, code, by, said, minutes=minutes, verdict=verdict)


def walk_in_earlier(server: Server, *, code: str, name: str, delegation: str, by: str) -> str:
    """Another phone registers somebody and gives them a wristband. Answers with the id that it made for them."""
    person = str(uuid.uuid4())
    said = {"person": person, "name": name, "delegation": delegation, "role": "athlete"}
    _push(server, code, by, [("checkin.register", said)])
    return person


def _push(
    server: Server,
    code: str,
    by: str,
    said: Sequence[tuple[str, dict[str, str]]],
    minutes: float = 1,
    verdict: str = "accepted",
) -> None:
    """A phone of its own says these things, kinds with payloads, the last of them 12 minutes ago."""
    api, now = f"{server.url}/api/v1", datetime.now(UTC)
    phone = {"code": code, "device": str(uuid.uuid4()), "name": f"{by}’s phone", "app_version": "0.1.0", "protocol": 1}
    token = _post(f"{api}/enrol", phone)["token"]
    operations = [
        {
            "id": str(uuid.uuid4()),
            "kind": kind,
            "seq": seq,
            "occurred_at": _wire(now - timedelta(minutes=minutes * (len(said) - seq) + 12)),
            "offset_ms": 0,
            "actor": by,
            "payload": payload,
        }
        for seq, (kind, payload) in enumerate(said, 1)
    ]
    answer = _post(f"{api}/push", {"protocol": 1, "sent_at": _wire(now), "operations": operations}, token)
    assert {result["verdict"] for result in answer["results"]} == {verdict}, answer["results"][:3]


def _post(url: str, body: dict[str, Any], token: str = "") -> Any:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def _wire(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def tour(
    phone: Phone, server: Server, *, code: str, people: int, new: Sequence[dict[str, str]], was_in: dict[str, str]
) -> Iterator[str]:
    """Yields the name of each of SCREENS while it is shown. `new` are four people who are not in yet; `was_in` is."""
    page = phone.page
    page.goto(f"{server.url}/app/")
    expect(page.get_by_role("heading", name="Enrol this phone")).to_be_visible()
    yield "enrol"
    page.get_by_label("Enrolment code").fill("ACDE-FGHJ-KMNP")
    page.get_by_role("button", name="Enrol this phone").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "wrong-code"
    page.get_by_label("Enrolment code").fill(code)
    page.get_by_role("button", name="Enrol this phone").click()
    page.get_by_label("Your name").fill("Maria")
    yield "name"
    page.get_by_role("button", name="Continue").click()
    choices = page.get_by_role("list", name="Checkpoints").get_by_role("button")
    expect(choices).to_have_count(4)
    yield "checkpoint"
    choices.filter(has_text=DOOR).click()
    expect(page.get_by_text(f"{people} people on the list")).to_be_visible()
    yield "ready"
    yield from _at_the_door(phone, new=new, was_in=was_in)
    yield from _elsewhere(phone, new=new)
    page.goto(f"{server.url}/rescue")  # without a network still
    expect(page.get_by_text("records to send.")).to_be_visible()
    yield "rescue"


def _at_the_door(phone: Phone, *, new: Sequence[dict[str, str]], was_in: dict[str, str]) -> Iterator[str]:
    page = phone.page
    phone.search(new[0]["name"][:3])
    expect(page.get_by_role("list", name="People found").get_by_text(new[0]["name"])).to_be_visible()
    yield "door"
    phone.check_in(new[0])
    yield "in"
    phone.next()
    phone.scan(UNKNOWN_CODE)
    expect(phone.result.get_by_role("heading", name="Not on the list")).to_be_visible()
    yield "unlisted"
    page.get_by_role("button", name="Let in and record the code").click()
    phone.next()
    phone.tap(was_in)
    expect(phone.result.get_by_role("heading", name="Already in")).to_be_visible()
    yield "already"
    page.get_by_role("button", name="Let in again anyway").click()
    expect(phone.result.get_by_role("heading", name="In", exact=True)).to_be_visible()
    phone.next()
    phone.shows(pending=0)
    yield from _together(phone)
    phone.wait_until_stored()
    page.context.set_offline(True)
    for person in new[1:3]:
        phone.check_in(person)
        phone.next()
    page.get_by_role("button", name=f"Undo {new[1]['name']}").click()
    phone.shows(pending=3)
    yield "recent"


def _together(phone: Phone) -> Iterator[str]:
    page = phone.page
    phone.search(TEAM)
    page.get_by_role("list", name="Groups found").get_by_role("button", name=TEAM).click()
    page.get_by_role("button", name="Tick all").click()
    page.get_by_role("checkbox", checked=True).nth(1).uncheck()
    yield "group"
    page.get_by_role("button", name="Back", exact=True).click()
    expect(page.get_by_role("searchbox")).to_be_focused()


def _elsewhere(phone: Phone, *, new: Sequence[dict[str, str]]) -> Iterator[str]:
    page = phone.page
    page.get_by_role("link", name="Sent and waiting, 3 waiting").click()
    expect(page.get_by_role("list", name="Worth a look").get_by_role("listitem")).to_have_count(2)
    yield "sent"
    page.get_by_role("link", name="This phone").click()
    expect(page.get_by_text("Ready to work without signal", exact=True)).to_be_visible()
    yield "phone"
    page.get_by_role("link", name="Change checkpoint").click()
    page.get_by_role("list", name="Checkpoints").get_by_role("button", name=re.compile(IN_OUT_DOOR)).click()
    page.get_by_text("Going out").click()
    phone.tap(new[0])
    expect(phone.result.get_by_role("heading", name="Out")).to_be_visible()
    yield "out"
    phone.next()
    page.evaluate(FULL)
    phone.tap(new[3])
    expect(phone.result.get_by_role("heading", name="Not saved")).to_be_visible()
    yield "unsaved"
