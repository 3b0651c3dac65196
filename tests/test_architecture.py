"""The rules about structure that a machine can check."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = {".py", ".ts", ".svelte", ".js", ".mjs", ".css", ".html", ".sh", ""}
FOLDERS = ("eventsync", "checkin", "notifications", "frontend/src", "frontend/scripts", "templates", "tests", ".ci")
GENERATED = ("frontend/src/contract/",)
MAX_LINES = 300
JUNK_DRAWERS = {"util", "utils", "helper", "helpers", "common", "core", "misc", "manager", "managers"}


def written_by_hand() -> list[Path]:
    return [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if is_written_by_hand(path)]


def is_written_by_hand(path: Path) -> bool:
    name = path.relative_to(ROOT).as_posix()
    generated = name.startswith(GENERATED) or "__pycache__" in path.parts or "migrations" in path.parts
    return path.is_file() and path.suffix in SOURCE and not generated


def names(path: Path) -> set[str]:
    """The words that a path is named with: `sync/user_helpers.ts` gives sync, user_helpers, user and helpers."""
    parts = [*path.relative_to(ROOT).parts[:-1], path.name.split(".")[0]]
    return {word for part in parts for word in (part, *part.lower().replace("-", "_").split("_"))}


def imported_by(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def test_imports_keep_the_contracts():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_app_of_ours_has_a_layer():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(contract["layers"] for contract in contracts["contracts"] if contract["id"] == "layers")
    layered = {module.strip(" ()") for layer in layers for module in layer.split("|")}
    apps = {path.parent.relative_to(ROOT).as_posix().replace("/", ".") for path in ROOT.glob("eventsync/*/apps.py")}
    apps |= {path.parent.name for path in ROOT.glob("*/apps.py")}
    assert apps - layered == set()
    assert {app.split(".")[0] for app in apps} == set(contracts["root_packages"])


def test_source_files_are_short():
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in written_by_hand()}
    assert len(lines) > 10
    assert {path.relative_to(ROOT).as_posix(): count for path, count in lines.items() if count > MAX_LINES} == {}


def test_no_file_is_a_junk_drawer():
    assert [path.relative_to(ROOT).as_posix() for path in written_by_hand() if names(path) & JUNK_DRAWERS] == []


@pytest.mark.parametrize(
    ("name", "junk"),
    [("sync/helpers.py", True), ("ui/date-utils.ts", True), ("core/models.py", True), ("sync/coredump.py", False)],
)
def test_junk_drawers_are_known_by_their_names(name, junk):
    assert bool(names(ROOT / name) & JUNK_DRAWERS) is junk


def test_rules_and_events_import_only_the_standard_library():
    pure = [path for path in written_by_hand() if path.suffix == ".py" and is_pure(path.relative_to(ROOT))]
    assert pure
    outside = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in pure
        for name in imported_by(path.read_text(encoding="utf-8"))
        if name.split(".")[0] not in sys.stdlib_module_names and not is_pure(Path(*name.split(".")))
    }
    assert outside == set()


def is_pure(path: Path) -> bool:
    """Whether `path`, from the root, is an app's rules or events: `checkin/rules.py`, `eventsync/jobs/events/x.py`."""
    parts = path.with_suffix("").parts
    inside = parts[2:] if parts[0] == "eventsync" else parts[1:]
    return parts[0] != "tests" and inside[:1] in {("rules",), ("events",)}


def test_imports_are_found_wherever_they_stand():
    source = "import a\ndef f():\n    from b.c import d\n    from . import e\n"
    assert set(imported_by(source)) == {"a", "b.c", "."}
