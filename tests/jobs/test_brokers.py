"""What brokers are told: that there is work, and nothing of it."""

import os
import threading

import pytest
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from eventsync.jobs import brokers


def test_word_says_nothing_but_that_there_is_work(db: None) -> None:
    before = brokers.untaken()
    brokers.tell()
    word = SignedPackage.loads(OrmQ.objects.get().payload)
    assert (word["func"], word["args"], word["kwargs"]) == ("eventsync.jobs.asking.work", (), {})
    assert (before, brokers.untaken()) == (0, 1)


def test_words_can_be_thrown_away(db: None) -> None:
    brokers.tell()
    brokers.tell()
    assert (brokers.forget(), brokers.untaken()) == (2, 0)


def test_each_thread_and_each_process_has_a_broker_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brokers, "get_broker", object)
    here = brokers._broker()
    assert brokers._broker() is here
    there: list[object] = []
    thread = threading.Thread(target=lambda: there.append(brokers._broker()))
    thread.start()
    thread.join()
    assert there[0] is not here
    monkeypatch.setattr(os, "getpid", lambda: 1)  # as after a fork
    assert brokers._broker() is not here
