"""A copy is verified before anybody relies on it, and no more are kept than were asked for."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError

from checkin.models import Headcount
from eventsync.jobs.models import Alert
from eventsync.sync import backup
from eventsync.sync.models import Backup
from tests.cast import Games, make_games, make_phone
from tests.sync.test_epochs import manage


@pytest.fixture
def games(transactional_db: None) -> Games:
    return make_games(people=1)


def miscount(games: Games) -> None:
    phone = make_phone(games)
    phone.push(phone.arrive(games.people[0]))
    Headcount.objects.update(present=7)


def test_backup_whose_audit_takes_too_long_fails_with_a_sentence_and_an_alert(
    games: Games, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "LONGEST", 0.01)
    with pytest.raises(CommandError, match="took longer than"):
        manage("backup", "--to", str(tmp_path))
    assert (Backup.objects.get().verified_at, Alert.objects.get().kind) == (None, "backup_failed")


def test_backup_where_nothing_can_be_written_fails_with_a_sentence_and_an_alert(games: Games, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match="is a file, not a folder"):
        manage("backup", "--to", str(tmp_path / "file"))
    assert Backup.objects.get().verified_at is None
    assert Alert.objects.get().kind == "backup_failed"


def test_backup_of_a_ledger_that_does_not_add_up_is_not_called_verified(games: Games, tmp_path: Path) -> None:
    miscount(games)
    with pytest.raises(CommandError, match="audit"):
        manage("backup", "--to", str(tmp_path))
    assert Backup.objects.get().verified_at is None


@pytest.mark.long
def test_backup_keeps_the_newest_copy_that_is_not_whole_until_one_is(games: Games, tmp_path: Path) -> None:
    miscount(games)
    with pytest.raises(CommandError):
        manage("backup", "--to", str(tmp_path))
    with pytest.raises(CommandError) as said:
        manage("backup", "--to", str(tmp_path))
    newest = Backup.objects.latest("started_at")
    assert [str(path) for path in tmp_path.glob("eventsync-*")] == [newest.path]
    assert f"The copy stays at {newest.path} until another is made." in str(said.value)
    assert Alert.objects.get().message.endswith(str(said.value))
    Headcount.objects.update(present=1)
    whole = json.loads(manage("backup", "--to", str(tmp_path), "--json"))["path"]
    assert [str(path) for path in tmp_path.glob("eventsync-*")] == [whole]


@pytest.mark.long
def test_backup_that_is_not_whole_takes_the_place_of_none_that_is(games: Games, tmp_path: Path) -> None:
    whole = json.loads(manage("backup", "--to", str(tmp_path), "--json"))["path"]
    miscount(games)
    with pytest.raises(CommandError):
        manage("backup", "--to", str(tmp_path), "--keep", "1")
    assert {str(path) for path in tmp_path.glob("eventsync-*")} == {whole, Backup.objects.latest("started_at").path}


@pytest.mark.long
def test_backup_keeps_as_many_copies_as_asked_for(games: Games, tmp_path: Path) -> None:
    for _ in range(3):
        manage("backup", "--to", str(tmp_path), "--keep", "2")
    assert len(list(tmp_path.glob("eventsync-*"))) == 2
    assert Backup.objects.count() == 3
