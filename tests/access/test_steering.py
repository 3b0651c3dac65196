"""Jobs, dead letters, alerts, approvals, webhooks, health and trace by role: what of it each sees, and may do.

Alice owns the event, Bob has a role at one venue of it, Charlie may only look. What each must not see is not in lists,
counts, filters, searches and steps; by its address it is missing; and among forged ids it is left alone.
"""

import html
import re
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from eventsync.access.ranks import Rank
from eventsync.control.models import ReplayItem
from eventsync.jobs.models import Alert, Approval
from eventsync.jobs.rules import Somebody
from tests.access.partitions import CORRELATION, Rows, changed, make_alerts, make_approvals, make_jobs, partitions
from tests.cast import Games, make_phone
from tests.control.letters import kept_aside
from tests.desk import bob as with_permissions
from tests.desk import charlie as stranger
from tests.desk import staff

JOBS, ALERTS, APPROVALS = "/admin/jobs/job/", "/admin/jobs/alert/", "/admin/jobs/approval/"
INBOX, TRACE, HEALTH = "/control/inbox/", f"/control/trace/?id={CORRELATION}", "/control/health/"
OWN, ALL = {"hall", "pool", "whole"}, {"hall", "pool", "whole", "camp", "server"}


def alice(games: Games) -> Client:
    return staff("alice", Rank.OWNER, games.event)


def bob(games: Games, rank: Rank = Rank.LEAD) -> Client:
    return staff(f"bob-{rank.label.lower()}", rank, games.event, games.hall)


def charlie(games: Games) -> Client:
    return staff("charlie-viewer", Rank.VIEWER, games.event)


def told(client: Client, address: str, **query: str) -> set[str] | int:
    """Whose work the page tells of, anywhere on it; or the status that says that it tells nothing."""
    answer = client.get(address, query or None)
    return set(re.findall(r"rain-(\w+)", answer.content.decode())) if answer.status_code == 200 else answer.status_code


def text(client: Client, address: str) -> str:
    return html.unescape(re.sub(r"(?:<[^>]+>|\s)+", " ", client.get(address).content.decode()))


@pytest.fixture
def everything(games: Games, monkeypatch: pytest.MonkeyPatch) -> dict[str, Rows]:
    of = partitions(games)
    return {JOBS: make_jobs(of), ALERTS: make_alerts(of), APPROVALS: make_approvals(of, monkeypatch)}


SEEN = {
    # page: what Alice, Bob as manager and as lead of the hall, and Charlie are told of
    JOBS: (OWN, {"hall"}, {"hall"}, 403),
    ALERTS: (OWN, {"hall"}, {"hall"}, 403),
    APPROVALS: (OWN, {"hall"}, 403, 403),
    INBOX: (OWN, {"hall"}, {"hall"}, 403),
    TRACE: (OWN, {"hall"}, {"hall"}, 403),
    HEALTH: (OWN, {"hall"}, {"hall"}, set()),
}


def test_each_is_told_of_what_is_theirs_in_lists_filters_and_steps(games: Games, everything: dict[str, Rows]) -> None:
    people = (alice(games), bob(games, Rank.MANAGER), bob(games), charlie(games))
    assert {page: tuple(told(each, page) for each in people) for page in SEEN} == SEEN
    everywhere = with_permissions("jobs.view_job", "jobs.view_alert", "jobs.view_approval", "control.view_health")
    assert [told(everywhere, page) for page in (JOBS, ALERTS, APPROVALS, INBOX, HEALTH)] == [ALL] * 5
    nobody = stranger()
    assert [told(nobody, page) for page in SEEN] == [403] * 6


def test_what_is_anothers_is_missing_by_its_address_and_not_found_by_searching(
    games: Games, everything: dict[str, Rows]
) -> None:
    people = {"alice": (alice(games), OWN), "bob": (bob(games, Rank.MANAGER), {"hall"})}
    for name, (client, own) in people.items():
        for page, rows in everything.items():
            opened = {word for word, row in rows.items() if client.get(f"{page}{row.pk}/change/").status_code == 200}
            asked = {word: row.partition or "none" if page == JOBS else f"rain-{word}" for word, row in rows.items()}
            found = {word for word, q in asked.items() if client.get(page, {"q": q}).context["cl"].result_count}
            assert (name, page, opened, found) == (name, page, own, own)
        letters = {word: client.get(f"{INBOX}job/{row.pk}/").status_code for word, row in everything[JOBS].items()}
        assert letters == {word: 200 if word in own else 404 for word in ALL}
    assert "host:7" in text(people["bob"][0], f"{JOBS}{everything[JOBS]['hall'].pk}/change/")  # its tries
    assert "1 job failed for good" in text(people["bob"][0], HEALTH)
    assert re.findall(r"(?:All|Jobs of the server) (\d+)", text(people["bob"][0], INBOX)) == ["1", "1"]


ACTIONS: list[tuple[str, str, set[str], set[str], set[str], set[str]]] = [
    # page, action, and what Bob as lead of the hall, Charlie, Bob as manager of the hall, then Alice change by it
    (JOBS, "try_again", set(), set(), {"hall"}, {"pool", "whole"}),
    (JOBS, "cancel_selected", set(), set(), {"hall"}, {"pool", "whole"}),
    (ALERTS, "acknowledge_selected", {"hall"}, set(), set(), {"pool", "whole"}),
    (ALERTS, "silence_for_an_hour", {"hall"}, set(), {"hall"}, OWN),
    (ALERTS, "clear_selected", {"hall"}, set(), set(), {"pool", "whole"}),
]


@pytest.mark.parametrize(("page", "action", "lead", "viewer", "manager", "owner"), ACTIONS)
def test_action_over_all_ids_does_what_each_may_and_no_more(
    games: Games,
    page: str,
    action: str,
    lead: set[str],
    viewer: set[str],
    manager: set[str],
    owner: set[str],
) -> None:
    rows = (make_jobs if page == JOBS else make_alerts)(partitions(games))
    body = {"action": action, "_selected_action": [row.pk for row in rows.values()]}
    people = (bob(games), charlie(games), bob(games, Rank.MANAGER), alice(games))
    done = [(client.post(page, body).status_code, changed(rows))[1] for client in people]
    assert done == [lead, viewer, manager, owner]


def test_letters_are_replayed_and_discarded_by_managers_of_their_place(games: Games) -> None:
    rows = make_jobs(partitions(games))
    people = (charlie(games), bob(games), bob(games, Rank.MANAGER), alice(games))
    for said in ({"replay": ""}, {"discard": "", "reason": "Over."}):
        word = "hall" if "replay" in said else "whole"
        answers = [client.post(f"{INBOX}job/{rows[word].pk}/", said).status_code for client in people]
        assert answers == ([404, 403, 302, 302] if word == "hall" else [404, 404, 404, 302])
        assert changed(rows) == {word}
    keys = [f"job:{row.pk}" for row in rows.values()]
    for client, chosen in zip(people, (set(), set(), set(), {"pool"}), strict=True):
        client.post("/control/replays/", {"letter": keys})
        client.post("/control/replays/", {"all": ""})
        assert set(ReplayItem.objects.values_list("key", flat=True)) == {str(rows[word].pk) for word in chosen}


def test_replay_of_many_is_seen_by_who_may_replay_all_of_it(games: Games) -> None:
    rows = make_jobs(partitions(games))
    owner, manager = alice(games), bob(games, Rank.MANAGER)
    both, own = (
        owner.post("/control/replays/", {"letter": [f"job:{rows[word].pk}" for word in words]})["Location"]
        for words in (("hall", "pool"), ("hall",))
    )
    assert [manager.get(each).status_code for each in (both, own)] == [404, 200]
    assert [manager.post(each, {"stop": ""}).status_code for each in (both, own)] == [404, 302]


def test_approvals_are_decided_by_managers_of_their_place_and_never_their_own(
    games: Games, everything: dict[str, Rows]
) -> None:
    rows, people = everything[APPROVALS], (charlie(games), bob(games), bob(games, Rank.MANAGER), alice(games))
    grant = {
        word: [client.post(f"{APPROVALS}{row.pk}/decide/", {"grant": ""}).status_code for client in people]
        for word, row in rows.items()
    }
    assert grant == {"hall": [403, 403, 302, 302]} | {"pool": [403, 403, 404, 302]} | {
        word: [403, 403, 404, 302 if word == "whole" else 404] for word in ("whole", "camp", "server")
    }
    assert changed(rows) == OWN
    assert {word: rows[word].decided_name for word in OWN} == {
        "hall": "bob-manager",
        "pool": "alice",
        "whole": "alice",
    }


def test_nobody_approves_their_own_and_only_owners_break_the_glass(games: Games, everything: dict[str, Rows]) -> None:
    row, manager, owner = everything[APPROVALS]["hall"], bob(games, Rank.MANAGER), alice(games)
    user = User.objects.get(username="bob-manager")
    Approval.objects.filter(pk=row.pk).update(asked_by=Somebody(f"user:{user.pk}", "bob").key)
    page = f"{APPROVALS}{row.pk}/decide/"
    assert "another person has to approve it" in manager.post(page, {"grant": ""}, follow=True).content.decode()
    assert manager.post(page, {"force": "", "reason": "Now."}).status_code == 403
    assert Approval.objects.get(pk=row.pk).state == "requested"
    assert owner.post(page, {"force": "", "reason": "Now."}).status_code == 302
    assert Approval.objects.get(pk=row.pk).state == "forced"
    assert Alert.objects.get(kind="break_glass").venue_id == games.hall.pk


def test_health_counts_what_is_theirs_and_nothing_of_the_server(games: Games, everything: dict[str, Rows]) -> None:
    make_phone(games, venue=games.pool)
    kept_aside(make_phone(games, venue=games.hall))
    people = (alice(games), bob(games), charlie(games))
    assert [re.findall(r"\d of (\d) phone", text(each, HEALTH)) for each in people] == [["2"], ["1"], ["2"]]
    assert [re.findall(r"(\d) jobs? failed for good", text(each, HEALTH)) for each in people] == [["3"], ["1"], ["3"]]
    assert "3 alerts for leads to read." in text(people[2], HEALTH)
    assert not any(word in text(each, HEALTH) for each in people for word in ("worker at work", "% full", "Elsewhere"))


def test_first_page_counts_what_is_theirs(games: Games, everything: dict[str, Rows]) -> None:
    people = (alice(games), bob(games, Rank.MANAGER), bob(games), charlie(games))
    assert [re.findall(r"(\d) open alert", text(each, "/admin/")) for each in people] == [["3"], ["1"], ["1"], []]
    assert [re.findall(r"(\d) things? wait", text(each, "/admin/")) for each in people] == [["3"], ["1"], [], []]


INDEXES = ["/admin/", HEALTH, INBOX]
ELSEWHERE = ("/static/", "/app/", "/admin/logout/")


@pytest.mark.parametrize("who", [alice, bob, charlie, lambda games: bob(games, Rank.MANAGER), lambda games: stranger()])
def test_index_pages_lead_only_where_their_reader_may_go(games: Games, everything: dict[str, Rows], who: Any) -> None:
    client = who(games)
    pages = [client.get(page).content.decode() for page in INDEXES]
    links = {html.unescape(link) for page in pages for link in re.findall(r'href="(/[^"#]*)', page)}
    answers = {
        link: client.get(link, follow=True).status_code
        for link in links
        if link != "/" and not link.startswith(ELSEWHERE)
    }
    assert {link: status for link, status in answers.items() if status != 200} == {}
    assert len(answers) >= 3


@pytest.mark.parametrize("page", SEEN)
def test_page_asks_as_many_questions_for_more_rows(games: Games, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    of, client, asked = partitions(games), alice(games), []
    client.get(page)
    for _ in range(2):
        make_jobs(of), make_alerts(of, uuid4()), make_approvals(of, monkeypatch)
        with CaptureQueriesContext(connection) as captured:
            client.get(page)
        asked.append(len(captured))
    assert asked[0] == asked[1] < 30
