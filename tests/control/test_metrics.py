"""`/metrics`: what Prometheus reads, and who may."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from eventsync.jobs.models import Job
from eventsync.jobs.seeing.registry import measures
from tests.cast import Games, Phone

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
    found = families(Client())
    assert set(found) >= {f"eventsync_{name}" for name in measures}
    sample = found["eventsync_jobs_depth"].samples[0]
    assert (sample.labels, sample.value) == ({"task": "send", "partition": "hall"}, 1)
    values = {
        name: found[f"eventsync_{name}"].samples[0].value for name in ("phones", "records_undelivered", "workers")
    }
    assert values == {"phones": 1, "records_undelivered": 4, "workers": 0}
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


def test_each_measure_is_documented() -> None:
    listed = re.findall(
        r"^\| `eventsync_([a-z_]+)` \| ([a-z, ]*) \| (.*) \|$", (ROOT / "docs/metrics.md").read_text(), re.MULTILINE
    )
    ours = sorted(measures.values(), key=lambda each: each.name)
    assert listed == [(m.name, ", ".join(m.of), m.says + " *Here.*" * m.here) for m in ours]
