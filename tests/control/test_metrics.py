"""`/metrics`: what Prometheus reads, and who may."""

import re
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from eventsync.jobs.models import Job
from eventsync.jobs.seeing.registry import measures
from tests.cast import Games, Phone, make_phone
from tests.e2e.stage import Server

TOKEN = "a-token-of-prometheus"
ROOT = Path(__file__).parent.parent.parent


def families(client: Client) -> dict[str, Any]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    return {family.name: family for family in text_string_to_metric_families(answer.content.decode())}


def test_all_measures_are_there_with_their_labels(games: Games, phone: Phone) -> None:
    Job.objects.create(task="send", partition="hall", subject=uuid4(), due_at=timezone.now())
    phone.push(phone.arrive(games.people[0]), pending=4)
    make_phone(games, profile="family").push()
    found = families(Client())
    assert set(found) >= {f"eventsync_{name}" for name in measures}
    sample = found["eventsync_jobs_depth"].samples[0]
    assert (sample.labels, sample.value) == ({"task": "send", "partition": "hall"}, 1)
    counted = ("phones", "phones_heard", "records_undelivered", "workers")
    values = {name: found[f"eventsync_{name}"].samples[0].value for name in counted}
    assert values == {"phones": 1, "phones_heard": 1, "records_undelivered": 4, "workers": 0}
    assert found["eventsync_records_success_ratio"].samples[0].labels == {"event": str(games.event.id)}
    assert "django_http_requests_before_middlewares" in found


@pytest.mark.parametrize(
    ("address", "header", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.0.0.7", {}, 403),
        ("unix:", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "10.0.0.7"}, 403),
        ("127.0.0.1", {"Forwarded": "for=10.0.0.7"}, 403),
    ],
)
def test_without_a_token_this_machine_alone_may_read(
    db: None, address: str, header: dict[str, str], status: int
) -> None:
    assert Client(REMOTE_ADDR=address, headers=header).get("/metrics").status_code == status


def test_behind_a_proxy_everybody_would_be_this_machine(db: None, settings: Any) -> None:
    settings.PROXIES = 1
    assert Client().get("/metrics").status_code == 403


@pytest.mark.parametrize(
    ("shown", "status"), [(f"Bearer {TOKEN}", 200), ("Bearer wrong", 403), (TOKEN, 403), ("Bearer é", 403), ("", 403)]
)
def test_with_a_token_whoever_shows_it_may_read(db: None, settings: Any, shown: str, status: int) -> None:
    settings.METRICS_TOKEN = TOKEN
    client = Client(REMOTE_ADDR="10.0.0.7", headers={"Authorization": shown})
    assert client.get("/metrics").status_code == status


def test_web_processes_that_share_a_folder_answer_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also for one that has ended: what is counted never goes back."""
    (tmp_path / "counters").mkdir()
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "counters"))
    with Server(tmp_path) as one:
        with Server(tmp_path) as other:
            for server, times in ((one, 2), (other, 3)):
                for _ in range(times):
                    ask(server, "/readyz")
            assert (not_ready(one), not_ready(other)) == (5, 5)
        assert not_ready(one) == 5


def ask(server: Server, path: str) -> str:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    with closing(connection):
        connection.request("GET", path)
        return connection.getresponse().read().decode()


def not_ready(server: Server) -> float:
    """How often somebody heard that the server is not ready: its database has no tables here."""
    counted = {each.name: each for each in text_string_to_metric_families(ask(server, "/metrics"))}
    answers = counted["django_http_responses_total_by_status_view_method"].samples
    return sum(each.value for each in answers if (each.labels["view"], each.labels["status"]) == ("readyz", "503"))


def test_each_measure_is_documented() -> None:
    listed = re.findall(
        r"^\| `eventsync_([a-z_]+)` \| ([a-z, ]*) \| (.*) \|$", (ROOT / "docs/metrics.md").read_text(), re.MULTILINE
    )
    ours = sorted(measures.values(), key=lambda each: each.name)
    assert listed == [(m.name, ", ".join(m.of), m.says + " *Here.*" * m.here) for m in ours]
