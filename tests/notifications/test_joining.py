"""How a family comes to hear of an event, says what it wants, reads all that was said, and stops again."""

import re

import pytest
from django.test import Client

from eventsync.jobs import queue
from eventsync.jobs.models import Job
from eventsync.sync.models import Device
from notifications.joining.rules import browser_of
from notifications.models import Delivery, Recipient, Subscription
from notifications.rules import State
from tests.cast import NOON
from tests.notifications.families import add_line, make_notice, owe
from tests.notifications.joining import MESSAGES, hidden, join, subscription, tell
from tests.notifications.push_service import Browser
from tests.schedule.links.cards import make_card, opened
from tests.schedule.pages.conftest import day

__all__ = ["day"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(day) -> Client:
    return Client()


def page(client: Client, address: str = f"{MESSAGES}?lang=en") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    return answer.content.decode()


def checked(html: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]+)" checked', html):
        found.setdefault(name, []).append(value)
    return found


def wishes(recipient: Recipient) -> tuple[str, ...]:
    return (recipient.language, recipient.news, recipient.timing, recipient.how)


def list_it(recipient: Recipient, **said) -> Delivery:
    return add_line(make_notice(recipient.event, **said), recipient)


def test_every_page_of_the_plan_leads_there_and_whoever_looks_is_nobody_yet(client):
    assert (
        f'<a class="button" href="{MESSAGES}?lang=en">Messages</a>'
        in client.get("/schedule/games/?lang=en").content.decode()
    )
    html = page(client)
    assert "Yes, tell me" in html
    assert checked(html) == {"news": ["all"], "timing": ["at_once"], "how": ["silent"]}
    assert not Recipient.objects.exists()


def test_one_press_is_enough_and_a_second_makes_nobody_else(client):
    form = hidden(page(client))
    for _ in range(2):
        assert client.post(f"{MESSAGES}?lang=en", form).status_code == 303
    other = Client()
    other.post(f"{MESSAGES}?lang=en", form)  # the first answer was lost: the same page once more, without its cookie
    [recipient] = Recipient.objects.all()
    assert wishes(recipient) == ("en", "all", "at_once", "silent")
    assert recipient.hears_of is None
    assert recipient.device is not None and recipient.device.profile == "family"
    cookie = client.cookies["messages"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/schedule/games/mine/", True, "Lax")


def test_what_somebody_wants_is_kept_confirmed_and_can_be_changed(client):
    recipient = join(client, news="big", timing="at_set_times", how="sound", about=["Norway", "Nowhere"])
    assert recipient.hears_of == frozenset({"Norway"})
    wanted = {"news": ["big"], "timing": ["at_set_times"], "how": ["sound"], "about": ["Norway"]}
    assert checked(page(client)) == wanted
    answer = client.post(f"{MESSAGES}?lang=fi", {"news": "safety", "timing": "never", "how": ""})
    assert "Valintasi on tallessa." in page(client, answer["Location"])
    recipient.refresh_from_db()
    assert wishes(recipient) == ("fi", "safety", "at_once", "silent")
    assert recipient.hears_of is None


def test_who_has_a_card_hears_of_its_day_unless_they_choose_otherwise(day):
    card = make_card(day.event, groups=("Norway",))
    family = opened(card)
    html = page(family)
    assert checked(html)["about"] == [f"link:{card.link.pk}"]
    assert "Sunny Bear" in html
    recipient = join(family, about=[f"link:{card.link.pk}"])
    assert recipient.hears_of == frozenset({"Norway"})
    stranger = join(Client(), about=[f"link:{card.link.pk}"])
    assert stranger.hears_of is None
    assert list(stranger.links.all()) == []


def test_times_at_which_they_want_it_are_said_as_the_language_says_times(client):
    assert "At set times: 7:30 am, 12:30 pm, 5:30 pm" in page(client)
    assert "Sovittuina aikoina: kello 7.30, kello 12.30, kello 17.30" in page(client, f"{MESSAGES}?lang=fi")


def test_all_that_was_said_is_in_the_list_newest_first_in_their_language(client):
    recipient = join(client)
    assert "There are no messages yet." in page(client)
    list_it(recipient)
    other = list_it(join(Client()), texts={"en": {"title": "Not for me", "body": "Nothing."}})
    newer = {"en": {"title": "Two", "body": "B."}, "fi": {"title": "Kaksi <b>", "body": "B."}}
    list_it(recipient, texts=newer, made_at=NOON.replace(hour=13))
    titles = re.findall(r'<h3 id="t-[^"]+" lang="(\w+)" dir="(\w+)">([^<]+)</h3>', page(client, f"{MESSAGES}?lang=fi"))
    assert titles == [("fi", "ltr", "Kaksi &lt;b&gt;"), ("en", "ltr", "Swim: another place")]
    assert str(other.pk) not in page(client)


def test_nothing_that_was_said_leaves_the_list(client):
    """N5 of the research: all of it stays until the event's data go."""
    recipient = join(client)
    for number in range(120):
        list_it(recipient, texts={"en": {"title": f"Number {number}.", "body": "B."}})
    assert len({*re.findall(r"Number \d+\.", page(client))}) == 120


def test_i_have_read_this_needs_no_script_and_takes_back_what_was_not_pushed_yet(client):
    recipient = join(client)
    told = list_it(recipient)
    tell(client, subscription(Browser("https://push.example/1")))
    pushed = owe(told.notice, recipient, state=State.QUEUED)
    answer = client.post(f"{MESSAGES}read/?lang=en", {"delivery": str(told.pk)})
    assert "You have read this." in page(client, answer["Location"])
    told.refresh_from_db()
    pushed.refresh_from_db()
    assert (told.state, pushed.state) == ("acknowledged", "superseded")


@pytest.mark.parametrize("said", ["", "nothing", "0190a6a0-0000-7000-8000-000000000000"])
def test_nobody_reads_for_others_nor_what_is_not_there(client, said):
    told = list_it(join(Client()))
    join(client)
    for delivery in (said, str(told.pk)):
        assert client.post(f"{MESSAGES}read/", {"delivery": delivery}).status_code == 303
    told.refresh_from_db()
    assert told.state == "accepted"


def test_stopping_asks_first_and_leaves_nothing(client):
    recipient = join(client)
    list_it(recipient)
    tell(client, subscription(Browser("https://push.example/1")))
    assert "Stop all messages?" in page(client, f"{MESSAGES}stop/?lang=en")
    assert Recipient.objects.count() == 1
    answer = client.post(f"{MESSAGES}stop/?lang=en")
    assert "Yes, tell me" in page(client, answer["Location"])
    assert (Recipient.objects.count(), Delivery.objects.count(), Subscription.objects.count()) == (0, 0, 0)
    assert Device.objects.get().revoked_at is not None
    assert client.get(f"{MESSAGES}copy.json").status_code == 404


def test_other_sites_join_read_and_stop_for_nobody(client):
    other_site = {"Sec-Fetch-Site": "cross-site"}
    client.post(MESSAGES, hidden(page(client)), headers=other_site)
    assert not Recipient.objects.exists()
    recipient = join(client)
    told = list_it(recipient)
    client.post(f"{MESSAGES}read/", {"delivery": str(told.pk)}, headers=other_site)
    client.post(MESSAGES, {"news": "safety"}, headers=other_site)
    client.post(f"{MESSAGES}stop/", headers=other_site)
    recipient.refresh_from_db()
    told.refresh_from_db()
    assert (recipient.news, told.state) == ("all", "accepted")


def test_one_browser_is_there_once_wherever_its_service_moves_it(client):
    recipient = join(client)
    first, second = Browser("https://push.example/1"), Browser("https://push.example/2")
    answers = [tell(client, subscription(browser)) for browser in (first, first, second)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[-1].json()["operations"] == ["notice.help", "notice.opened", "notice.read", "notice.shown"]
    assert [each.endpoint for each in Subscription.objects.all()] == [second.endpoint]
    other = Client()
    someone = join(other)
    tell(other, subscription(second))  # the browser forgot its cookie
    assert [each.recipient for each in Subscription.objects.all()] == [someone]
    assert recipient.subscriptions.count() == 0


def test_what_waits_for_a_browser_follows_it_to_its_new_address(client):
    recipient = join(client)
    tell(client, subscription(Browser("https://push.example/1")))
    held = owe(make_notice(recipient.event), recipient, state=State.HELD)
    gone = owe(make_notice(recipient.event), recipient, state=State.ACCEPTED)
    moved = browser_of(subscription(Browser("https://push.example/2")))
    assert moved is not None
    tell(client, {"endpoint": moved.endpoint, "keys": {"p256dh": moved.p256dh, "auth": moved.auth}})
    held.refresh_from_db()
    gone_at = gone.endpoint
    gone.refresh_from_db()
    assert (held.endpoint, gone.endpoint) == (moved.digest, gone_at)


GOOD = subscription(Browser("https://push.example/1"))


@pytest.mark.parametrize(
    "said",
    [
        "no", [], {}, 5, {"endpoint": "https://push.example/1"}, {**GOOD, "endpoint": "ftp://x/"},
        {**GOOD, "endpoint": "https://" + "x" * 1000}, {**GOOD, "endpoint": "https://[::1"}, {**GOOD, "endpoint": None},
        {**GOOD, "keys": {**GOOD["keys"], "auth": "short"}}, {**GOOD, "keys": {**GOOD["keys"], "p256dh": "é" * 87}},
        {**GOOD, "endpoint": "https://push.example/\x00"}, {**GOOD, "keys": "no"},
    ],
)  # fmt: skip
def test_what_is_no_browser_is_refused_and_nothing_kept(client, said):
    join(client)
    answer = tell(client, said)
    assert (answer.status_code, answer.json()) == (400, {"error": "This is no browser."})
    assert not Subscription.objects.exists()


def test_without_a_browser_the_outbox_of_the_page_works_all_the_same(client):
    recipient = join(client)
    answer = tell(client, None).json()
    assert answer["device"] == str(recipient.device_id)
    assert answer["token"] == client.cookies["messages"].value
    assert tell(Client(), None).status_code == 303


def test_more_phones_than_an_event_has_room_for_are_told_so(client, monkeypatch):
    monkeypatch.setattr("notifications.joining.recipients.MOST", 1)
    join(Client())
    answer = client.post(f"{MESSAGES}?lang=en", hidden(page(client)))
    assert answer.status_code == 503
    assert "We cannot take more phones now." in answer.content.decode()


def test_a_phone_keeps_the_page_for_when_there_is_no_network(client):
    recipient = join(client)
    list_it(recipient)
    answer = client.get(f"{MESSAGES}copy.json?lang=en")
    kept = answer.json()
    assert (kept["start"], list(kept["pages"]), answer["EventSync-Plan"]) == (MESSAGES, [MESSAGES], "1")
    assert "name" not in kept
    html = kept["pages"][MESSAGES]
    assert "Swim: another place" in html
    assert 'id="phone"' not in html
    assert client.get(f"{MESSAGES}copy.json?lang=en", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert f'data-mine="{MESSAGES}copy.json?lang=en"' in page(client)


def test_a_test_is_sent_once_a_minute_to_this_browser(client, service):
    join(client, how="sound")
    browser = service.browser()
    tell(client, subscription(browser))
    answers = [client.post(f"{MESSAGES}test/?lang=en") for _ in range(2)]
    assert "A test message is on its way." in page(client, answers[-1]["Location"])
    assert Job.objects.filter(task="notifications.try").count() == 1
    queue.run()
    [shown] = browser.shown
    assert (shown["title"], shown["tag"], shown["silent"]) == ("This is a test", "test", False)
    assert "actions" not in shown


def test_a_browser_that_wants_none_any_more_is_forgotten_by_a_test_too(client, service):
    join(client)
    tell(client, subscription(service.browser(410)))
    client.post(f"{MESSAGES}test/")
    queue.run()
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_whatever_its_length(client, count, django_assert_num_queries):
    recipient = join(client)
    for _ in range(count):
        list_it(recipient)
    page(client)
    with django_assert_num_queries(7):
        page(client)
