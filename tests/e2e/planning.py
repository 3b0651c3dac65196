"""The desk's pages of the schedule, in an order in which organisers may meet them: for the checks and the pictures."""

from collections.abc import Iterator

from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.stage import Server

PLANNING_TITLES = {
    "admin-activities": "The draft as a list",
    "admin-activity": "One activity: two who edit at once are shown both texts",
    "admin-day": "One day, place by place",
    "admin-swapped": "Two have changed places; one button takes it back",
    "admin-move": "Moving by minutes: what it does, before it is done",
    "admin-late": "Running late: what follows, and who would be in two places",
    "admin-incoming": "A spreadsheet, before it is written into the draft",
    "admin-incoming-wrong": "A spreadsheet with mistakes, by row and column",
    "admin-export": "The draft for a spreadsheet",
    "admin-release": "What families would see differently, and what is hard to read in it",
    "admin-releases": "What was released, by whom and why",
    "admin-undo": "Taking the last release back",
    "admin-addresses": "The plan for calendars and other programs",
    "admin-words": "The event’s own words",
    "admin-word": "A word, and what it means",
    "admin-copy": "The same event next year",
    "admin-notice-write": "A notice by hand, from a template; what must be mended is said while somebody types",
    "admin-notice": "How people will read it, and how many it reaches",
    "admin-notice-held": "Sent, and for a minute it can be taken back",
}
ON_A_PHONE = ("admin-day", "admin-move", "admin-late", "admin-release", "admin-notice")
CHANGED = (
    "title,date,start,end,place,venue,groups\nWarm up,2026-07-04,09:00,09:30,Running track,Arena,Norway;Finland\n"
    "Evening walk,2026-07-04,19:00,19:45,Lake path,Athletes' Village,\n"
)
WRONG = "title,date,start,end,place\nWalk,4/7/2026,soon,10:00,Lake path\nSwim,2026-07-04,10:00,09:00,Nowhere\n"


def planning_pages(page: Page, server: Server) -> Iterator[str]:
    """Yields the name of each of PLANNING_TITLES while it is shown. Whoever is signed in may do everything."""
    yield from _draft(page, server)
    yield from _day(page, server)
    yield from _files(page, server)
    yield from _told(page, server)
    page.goto(f"{server.url}/admin/schedule/event/")
    page.locator("#result_list tbody a").first.click()
    page.get_by_role("link", name="Copy for next year").click()
    expect(page.get_by_role("button", name="Copy the event")).to_be_visible()
    yield "admin-copy"
    yield from _written(page)


def _draft(page: Page, server: Server) -> Iterator[str]:
    page.goto(f"{server.url}/admin/schedule/activity/")
    yield "admin-activities"
    page.get_by_role("link", name="Party", exact=True).first.click()
    expect(page.get_by_label("Title:", exact=True)).to_be_visible()
    yield "admin-activity"


def _day(page: Page, server: Server) -> Iterator[str]:
    page.goto(f"{server.url}/admin/schedule/activity/day/")
    expect(page.get_by_role("heading", name="Move what begins on this day")).to_be_visible()
    yield "admin-day"
    page.get_by_role("button", name="Later").first.press("Enter")
    expect(page.get_by_role("button", name="Undo: the 2 activities that you moved last")).to_be_visible()
    page.evaluate("() => scrollTo(0, 0)")  # it leads to what was swapped
    yield "admin-swapped"
    page.get_by_role("button", name="Undo").press("Space")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    page.get_by_label("Minutes").fill("45")
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_role("button", name="in the draft")).to_be_visible()
    yield "admin-move"
    page.goto(f"{server.url}/admin/schedule/activity/late/")
    page.get_by_label("Place").select_option(index=1)
    page.get_by_label("Minutes").fill("40")
    page.get_by_label("From").fill("2020-01-01T00:00")
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_role("button", name="Write it into the draft")).to_be_visible()
    yield "admin-late"


def _files(page: Page, server: Server) -> Iterator[str]:
    for name, content in {"admin-incoming": CHANGED, "admin-incoming-wrong": WRONG}.items():
        page.goto(f"{server.url}/admin/schedule/activity/import/")
        file = FilePayload(name="schedule.csv", mimeType="text/csv", buffer=content.encode())
        page.get_by_label("File").set_input_files(file)
        page.get_by_role("button", name="Check the file").click()
        expect(page.get_by_role("heading", name="Check before importing")).to_be_visible()
        yield name
        page.get_by_role("button", name="Throw the file away").click()
        expect(page.get_by_text("Nothing was changed.")).to_be_visible()
    page.goto(f"{server.url}/admin/schedule/activity/export/")
    yield "admin-export"


def _told(page: Page, server: Server) -> Iterator[str]:
    """One activity changes so that a release has something to tell, some of it in hard words."""
    page.goto(f"{server.url}/admin/schedule/activity/?q=Party")
    page.locator("#result_list tbody a").first.click()
    page.get_by_label("Note:", exact=True).fill("Go to the venue NOW!")
    page.get_by_label("Delay").fill("20")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(f"{server.url}/admin/schedule/release/add/")
    expect(page.get_by_text("stops the release").first).to_be_visible()
    yield "admin-release"
    page.goto(f"{server.url}/admin/schedule/release/")
    yield "admin-releases"
    page.goto(f"{server.url}/admin/schedule/release/undo/?event=demo")
    expect(page.get_by_role("button", name="Take it back")).to_be_visible()
    yield "admin-undo"
    page.goto(f"{server.url}/admin/schedule/release/addresses/")
    yield "admin-addresses"
    page.goto(f"{server.url}/admin/schedule/term/")
    yield "admin-words"
    page.locator("#result_list tbody a").first.click()
    expect(page.get_by_label("Meaning:", exact=True)).to_be_visible()
    yield "admin-word"


def _written(page: Page) -> Iterator[str]:
    page.get_by_role("link", name="Write a notice").click()
    page.get_by_role("button", name="Put in the usual ones").click()
    page.get_by_label("Template").select_option("Where we meet")
    page.get_by_label("About").select_option(index=1)
    page.get_by_label("Number", exact=True).fill("10")
    page.get_by_role("button", name="Fill in").click()
    body = page.get_by_label("Body (English)")
    meant = body.input_value()
    body.fill("Please come NOW!")
    expect(page.locator("#id_body_en_findings").get_by_role("listitem")).to_have_count(2)
    yield "admin-notice-write"
    body.fill(meant)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("Nobody has heard of it.")).to_be_visible()
    yield "admin-notice"
    page.get_by_role("button", name="Send to").click()
    expect(page.get_by_role("button", name="Undo: take it back")).to_be_visible()
    yield "admin-notice-held"
