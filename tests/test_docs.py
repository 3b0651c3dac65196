"""Documentation that cannot rot: what the code has, the documents must name."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from eventsync.jobs.catalogue_page import page
from eventsync.sync.errors import STATUS
from eventsync.sync.registry import registry

ROOT = Path(__file__).parent.parent
OURS = ("checkin", "notifications", *(f"eventsync.{app}" for app in ("access", "control", "jobs", "schedule", "sync")))


def read(name: str) -> str:
    return (ROOT / name).read_text()


def source() -> str:
    return "\n".join(
        path.read_text() for app in ("eventsync", "checkin", "notifications") for path in (ROOT / app).rglob("*.py")
    )


def commands() -> list[str]:
    return sorted(name for name, app in get_commands().items() if app in OURS)


@pytest.mark.parametrize("kind", sorted(registry.kinds))
def test_every_operation_kind_is_in_the_protocol_and_the_glossary(kind: str) -> None:
    assert f"`{kind}" in read("docs/protocol.md")
    assert kind in read("docs/glossary.md")


@pytest.mark.parametrize(("code", "status"), sorted(STATUS.items()))
def test_every_error_code_is_in_the_protocol(code: str, status: int) -> None:
    rows = [line.split("|") for line in read("docs/protocol.md").splitlines() if line.startswith("| `")]
    assert [row[2].count(str(status)) for row in rows if f"`{code}`" in row[1]] == [1]


def test_catalogue_of_domain_events_is_what_the_code_has() -> None:
    """If not: `manage.py event_catalogue`. A stored version keeps its shape: a change of one is a new version."""
    assert read("docs/events.md") == page()


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`manage.py {command}" in read("README.md")


@pytest.mark.parametrize("variable", sorted(set(re.findall(r'"(EVENTSYNC_[A-Z_]+)"', source()))))
def test_every_variable_is_in_the_architecture(variable: str) -> None:
    assert f"`{variable}`" in read("docs/architecture.md")


@pytest.mark.parametrize("page", sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/**/*.md")))
def test_every_link_leads_somewhere(page: str) -> None:
    folder = (ROOT / page).parent
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", read(page))
    assert [target for target in targets if not (folder / target).exists()] == []


def test_readme_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", read("README.md")) + re.findall(
        r'src="([^"]+)"', read("README.md")
    )
    assert [target for target in targets if not (ROOT / target).exists()] == []


PROOFS = re.findall(r"`((?:tests|frontend)/[^`]+)`", read("docs/acceptance.md") + read("docs/proof.md"))


@pytest.mark.parametrize("proof", sorted(set(PROOFS)))
def test_every_proof_in_the_documents_exists(proof: str) -> None:
    path, _, test = proof.partition("::")
    assert (ROOT / path).exists()
    assert not test or f"def {test}(" in read(path)
