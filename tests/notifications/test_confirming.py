"""A number or an address is somebody's only after the code that went there came back."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from eventsync.jobs import queue, retention
from eventsync.jobs.models import Alert, Job
from notifications.asking import held_of
from notifications.budgets import keeping
from notifications.confirming import codes, rules
from notifications.confirming.rules import Refusal
from notifications.models import Channel, Confirmation, Recipient
from tests.cast import NOON
from tests.log_lines import collected
from tests.notifications.carried import ADDRESS, NUMBER, used
from tests.notifications.joining import MESSAGES, join
from tests.schedule.pages.conftest import day

__all__ = ["day"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(day) -> Client:
    return Client()


def post(client: Client, name: str, **said: str):
    return client.post(f"{MESSAGES}{name}/?lang=en", {"way": "sms"} | said)


def page(client: Client) -> str:
    return client.get(f"{MESSAGES}?lang=en").content.decode()


def code_in(text: str) -> str:
    found = re.search(r"\b\d{6}\b", text)
    assert found is not None
    return found[0]


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def texted(gateway) -> str:
    """The code of the last text message."""
    queue.run()
    return code_in(gateway.taken[NUMBER][-1])


def reached(recipient: Recipient) -> tuple[str, str]:
    recipient.refresh_from_db()
    return recipient.phone, recipient.email


def test_code_goes_to_the_number_and_back_and_the_number_is_theirs(client, gateway):
    recipient = join(client)
    answer = post(client, "ask", to="00358 40 123-4567")
    assert (answer.status_code, answer["Location"]) == (303, f"{MESSAGES}?lang=en#ways")
    code = texted(gateway)
    assert gateway.taken == {NUMBER: [f"Games\n{code} is your code for messages."]}
    assert reached(recipient) == ("", "")
    html = page(client)
    assert 'A code is on its way to <bdi dir="ltr">…67</bdi>.' in html
    assert NUMBER not in html
    assert post(client, "confirm", code=f" {code[:3]} {code[3:]}").status_code == 303
    assert reached(recipient) == (NUMBER, "")
    assert 'We write to <bdi dir="ltr">…67</bdi>.' in page(client)
    assert used(recipient.event, "sms") == 1


def test_code_goes_to_the_address_in_the_language_of_the_page(client, server):
    recipient = join(client)
    Recipient.objects.update(language="fi")
    post(client, "ask", way="email", to=f" {ADDRESS} ")
    queue.run()
    [(to, mail)] = server.taken
    code = code_in(mail["Subject"])
    assert (to, mail["Subject"]) == (ADDRESS, f"Games: {code} on koodisi viesteihin.")
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "fi")
    assert mail.get_content().strip() == f"{code} on koodisi viesteihin."
    post(client, "confirm", way="email", code=code)
    assert reached(recipient) == ("", ADDRESS)
    assert 'We write to <bdi dir="ltr">a…@home.example</bdi>.' in page(client)


def test_pressing_twice_sends_one_code_and_a_right_code_counts_twice(client, gateway):
    recipient = join(client)
    for _ in range(2):
        post(client, "ask", to=NUMBER)
    code = texted(gateway)
    assert gateway.counts == {1: 1}
    for _ in range(2):
        assert post(client, "confirm", code=code).status_code == 303
    assert reached(recipient) == (NUMBER, "")


@pytest.mark.parametrize(
    ("way", "typed", "sentence"),
    [
        ("sms", "040 123 4567", "This is no phone number with a country."),
        ("sms", "", "This is no phone number with a country."),
        ("sms", f"{NUMBER}\n+358400000000", "This is no phone number with a country."),
        ("sms", "+" + "1" * 10_000, "This is no phone number with a country."),
        ("email", "ann at home", "This is no e-mail address."),
        ("email", "ann@home.example\nBcc: all@home.example", "This is no e-mail address."),
    ],
)
def test_what_is_no_number_or_address_is_put_right_on_the_page(client, gateway, mails, way, typed, sentence):
    join(client)
    answer = post(client, "ask", way=way, to=typed)
    html = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (422, "private, no-store")
    assert f'<p id="{way}-wrong" class="wrong" role="alert">{sentence}</p>' in html
    assert f'aria-invalid="true" aria-describedby="{way}-wrong"' in html
    assert not Confirmation.objects.exists()


def test_wrong_code_can_be_tried_five_times_and_then_counts_no_more(client, gateway):
    recipient = join(client)
    post(client, "ask", to=NUMBER)
    code = texted(gateway)
    said = [post(client, "confirm", code=other_than(code)) for _ in range(rules.TRIES)]
    assert {each.status_code for each in said} == {422}
    assert "This is not the code. Please look again." in said[0].content.decode()
    late = post(client, "confirm", code=code).content.decode()
    assert "This code does not count any more. Please ask for a new one." in late
    assert reached(recipient) == ("", "")


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "٠" * 7])
def test_what_is_no_code_is_wrong(client, gateway, code):
    join(client)
    post(client, "ask", to=NUMBER)
    assert "This is not the code." in post(client, "confirm", code=code).content.decode()


def test_code_in_other_digits_is_the_same(client, gateway):
    recipient = join(client)
    post(client, "ask", to=NUMBER)
    post(client, "confirm", code="".join("٠١٢٣٤٥٦٧٨٩"[int(each)] for each in texted(gateway)))
    assert reached(recipient) == (NUMBER, "")


def test_code_is_over_after_a_quarter_of_an_hour_or_when_another_was_asked_for(client, gateway):
    recipient = join(client)
    post(client, "ask", to=NUMBER)
    first = texted(gateway)
    now = NOON + timedelta(hours=1)
    assert codes.ask(recipient, Channel.SMS, NUMBER, now=now) is None
    assert codes.confirm(recipient, Channel.SMS, first, now=now) == Refusal.WRONG
    second = codes.code_of(Confirmation.objects.get(state="asked"))
    assert codes.confirm(recipient, Channel.SMS, second, now=now + rules.LIFE) == Refusal.OVER


def test_nobody_confirms_for_others(client, gateway):
    join(client)
    post(client, "ask", to=NUMBER)
    stranger = Client()
    other = join(stranger)
    post(stranger, "confirm", code=texted(gateway))
    assert reached(other) == ("", "")
    assert Client().post(f"{MESSAGES}ask/?lang=en", {"way": "sms", "to": NUMBER}).status_code == 303
    assert Confirmation.objects.count() == 1


def test_number_rings_in_one_place(client, gateway):
    """Whoever shows by a code that a number is theirs takes it along to their new phone."""
    first = join(client)
    Recipient.objects.update(phone=NUMBER)
    other = Client()
    second = join(other)
    post(other, "ask", to=NUMBER)
    post(other, "confirm", code=texted(gateway))
    assert (reached(first), reached(second)) == (("", ""), (NUMBER, ""))


def test_somebody_takes_their_number_away(client, gateway):
    recipient = join(client)
    post(client, "ask", to=NUMBER)
    code = texted(gateway)
    post(client, "confirm", code=code)
    post(client, "drop")
    assert reached(recipient) == ("", "")
    assert post(client, "confirm", code=code).status_code == 422
    assert reached(recipient) == ("", "")


def test_its_button_takes_it_away_and_leaves_their_wishes(client, gateway):
    recipient = join(client)
    Recipient.objects.update(phone=NUMBER, news="safety")
    [address] = re.findall(r'action="([^"]*)">\s*<input type="hidden" name="way" value="sms">\s*<p>', page(client))
    assert client.post(address, {"way": "sms"}).status_code == 303
    assert (reached(recipient), Recipient.objects.get().news) == (("", ""), "safety")


def test_every_form_says_where_it_goes(client, gateway):
    """One without an address would go to that of the page, where it would be taken for somebody's wishes."""
    join(client)
    post(client, "ask", to=NUMBER)
    found = {re.search(r' action="([^"]+)"', form)[1] for form in re.findall(r"<form[^>]*>", page(client))}  # type: ignore[index]
    assert found == {f"{MESSAGES}{name}?lang=en" for name in ("", "ask/", "confirm/", "test/")}


def test_a_phone_asks_for_three_codes_within_an_hour(client, gateway):
    recipient = join(client)
    numbers = [f"+35840123456{each}" for each in range(5)]
    said = [codes.ask(recipient, Channel.SMS, each, now=NOON) for each in numbers]
    assert said == [None, None, None, Refusal.TOO_MANY, Refusal.TOO_MANY]
    assert codes.ask(recipient, Channel.SMS, numbers[3], now=NOON + rules.HOUR) is None
    answer = post(client, "ask", to=numbers[4])
    assert "Please try again later." in answer.content.decode()


def test_five_codes_go_to_a_number_within_a_day_whoever_asks(client, gateway):
    said = [codes.ask(join(Client()), Channel.SMS, NUMBER, now=NOON) for _ in range(6)]
    assert said == [None] * 5 + [Refusal.TOO_MANY]
    assert codes.ask(join(Client()), Channel.SMS, NUMBER, now=NOON + rules.DAY) is None


def test_an_event_sends_so_many_codes_within_an_hour(client, gateway, monkeypatch):
    monkeypatch.setitem(rules.AT_EVENT, Channel.SMS, 1)
    recipient = join(client)
    said = [codes.ask(recipient, Channel.SMS, each, now=NOON) for each in (NUMBER, "+358400000000")]
    assert said == [None, Refusal.TOO_MANY]
    assert codes.ask(recipient, Channel.EMAIL, ADDRESS, now=NOON) is None
    [told] = Alert.objects.filter(event_id=recipient.event_id)
    assert (told.kind, told.message[:41]) == ("codes_many", "1 codes for numbers were asked for at Gam")


@pytest.mark.parametrize("status", [400, 422])
def test_number_that_nobody_has_is_said_to_be_so(client, gateway, status):
    recipient = join(client)
    gateway.says = [status]
    post(client, "ask", to=NUMBER)
    queue.run()
    assert "We could not send a code there." in page(client)
    assert used(recipient.event, "sms") == 0
    assert not Confirmation.objects.exclude(address="").exists()


def test_gateway_that_is_away_is_asked_again(client, gateway):
    recipient = join(client)
    gateway.says = [503, 201]
    post(client, "ask", to=NUMBER)
    queue.run()
    job = Job.objects.get(task=codes.CODE)
    assert (job.state, used(recipient.event, "sms")) == ("retry_wait", 0)
    with time_machine.travel(job.due_at + timedelta(seconds=1), tick=False):
        code = texted(gateway)
        post(client, "confirm", code=code)
    assert (reached(recipient), used(recipient.event, "sms")) == ((NUMBER, ""), 1)


def test_no_code_goes_out_without_money_for_it(client, gateway):
    recipient = join(client)
    row = keeping.budget_of(recipient.event_id, Channel.SMS)
    row.limit, row.used = 10, 7
    row.save()
    post(client, "ask", to=NUMBER)
    queue.run()
    assert (gateway.taken, used(recipient.event, "sms")) == ({}, 7)
    assert "We could not send a code there." in page(client)


def test_there_is_no_field_where_nothing_goes_out(client):
    recipient = join(client)
    assert 'name="to"' not in page(client)
    assert post(client, "ask", to=NUMBER).status_code == 303
    assert post(client, "ask", way="push", to=NUMBER).status_code == 303
    assert (reached(recipient), Confirmation.objects.exists()) == (("", ""), False)


def test_numbers_are_in_no_log_and_told_and_gone_with_whoever_typed_them(client, gateway):
    recipient = join(client)
    with collected() as lines:
        post(client, "ask", to=NUMBER)
        queue.run()
    assert NUMBER[1:] not in lines.text
    people = Recipient.objects.filter(pk=recipient.pk)
    assert [each["address"] for each in held_of(people)["confirmations"]] == [NUMBER]
    post(client, "stop")
    assert not Confirmation.objects.exists()


def test_codes_are_forgotten_after_a_day(client, gateway):
    join(client)
    post(client, "ask", to=NUMBER)
    retention.clear(now=NOON + timedelta(hours=24))
    assert Confirmation.objects.count() == 1
    retention.clear(now=NOON + timedelta(hours=25))
    assert Confirmation.objects.count() == 0
