"""A phone that will not get its records out: they travel as a file, in another phone's hands."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.stage import Phone, Server, axe

KEEP, TAKE = "Keep a copy of what was recorded", "Take over another phone’s records"
SHARE = "Share a copy of what was recorded"
# A browser without a window has no sheet of apps to share with. `shared` is what the other app gets.
SHEET = """
    window.shared = [];
    window.choosing = false;
    navigator.canShare = ({ files }) => files.every(({ name, type }) => name.endsWith('.txt') && type === 'text/plain');
    navigator.share = async ({ files }) => {
        if (!window.choosing) throw new DOMException('nobody was chosen', 'AbortError');
        for (const file of files) window.shared.push([file.name, await file.text()]);
    };
"""


def open_phone_screen(phone: Phone) -> Page:
    phone.page.get_by_role("link", name="This phone").click()
    expect(phone.page.get_by_role("heading", name="This phone")).to_be_visible()
    return phone.page


def keep_copy(phone: Phone, folder: Path) -> Path:
    """The file that the phone puts among its downloads."""
    page = open_phone_screen(phone)
    with page.expect_download() as coming:
        page.get_by_role("button", name=KEEP).click()
    kept = folder / coming.value.suggested_filename
    coming.value.save_as(kept)
    return kept


def take_over(phone: Phone, file: Path) -> None:
    page = open_phone_screen(phone)
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name=TAKE).click()
    asked.value.set_files(file)


@pytest.mark.long
def test_a_phone_without_a_server_hands_its_records_to_another_that_sends_them(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone], tmp_path: Path
) -> None:
    maria, ben = at_door(), at_door()
    server.stop()
    for person in new[:3]:
        maria.check_in(person)
        maria.next()
    ben.check_in(new[3])
    ben.next()
    file = keep_copy(maria, tmp_path)
    header, *lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert file.name.startswith(f"eventsync-outbox-{header['device']}-")
    assert header == header | {"format": "eventsync-outbox", "version": 1, "count": 3}
    assert [line["id"] for line in lines] == [row["id"] for row in maria.rows()]
    assert {line["device"] for line in lines} == {header["device"]}
    expect(maria.page.get_by_role("status").filter(has_text="copy of 3 records")).to_be_visible()
    recorded = maria.outbox()
    maria.switch_off()  # and is never seen again

    take_over(ben, file)
    expect(ben.page.get_by_text("3 records taken over, safe on this phone.")).to_be_visible()
    assert axe(ben.page, "color-contrast-enhanced") == []
    take_over(ben, file)
    expect(ben.page.get_by_text("Nothing new: 3 records in this copy")).to_be_visible()
    ben.page.get_by_role("link", name="Door").click()
    ben.shows(present=4, pending=4)
    expect(ben.page.get_by_role("button", name="Undo ")).to_have_count(1)

    server.start()
    ben.send_now()
    expect(ben.page.get_by_text("Recorded by another phone (Maria), taken over from its copy.")).to_have_count(3)
    ben.page.get_by_role("link", name="Door").click()
    ben.shows(present=4, pending=0)
    assert max(server.headcount().values()) == (4, 0, 0)
    assert server.operations() == ben.outbox()
    assert recorded < ben.outbox()
    assert {row["settled"]["verdict"] for row in ben.rows()} == {"accepted"}
    server.manage("audit", "--json")


@pytest.mark.long
def test_files_that_are_no_copy_are_refused_in_plain_words(at_door: Callable[..., Phone], tmp_path: Path) -> None:
    phone = at_door()
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    take_over(phone, picture)
    expect(phone.page.get_by_role("alert")).to_have_text("This is no copy of what an EventSync phone recorded.")
    assert axe(phone.page, "color-contrast-enhanced") == []
    assert phone.rows() == []


@pytest.mark.long
def test_what_was_not_sent_is_shared_as_a_file_and_taken_over(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone], tmp_path: Path
) -> None:
    maria, ben = at_door(), at_door()
    maria.page.context.add_init_script(SHEET)
    maria.page.reload()
    maria.page.context.set_offline(True)
    for person in new[:2]:
        maria.check_in(person)
        maria.next()
    page = open_phone_screen(maria)
    page.get_by_role("button", name=SHARE).click()
    expect(page.get_by_role("alert").filter(has_text="Nothing was shared.")).to_be_visible()
    page.evaluate("choosing = true")
    page.get_by_role("button", name=SHARE).click()
    expect(page.get_by_role("status").filter(has_text="A copy of 2 records was shared.")).to_be_visible()
    [[name, text]] = page.evaluate("shared")
    recorded = maria.outbox()
    maria.switch_off()

    (tmp_path / name).write_text(text)
    take_over(ben, tmp_path / name)
    expect(ben.page.get_by_text("2 records taken over, safe on this phone.")).to_be_visible()
    ben.page.get_by_role("link", name="Door").click()
    ben.shows(present=2, pending=0)
    assert server.operations() == recorded
    assert max(server.headcount().values()) == (2, 0, 0)
