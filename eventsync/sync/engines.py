"""How each database engine is copied, opened again and put back."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from django.db import DatabaseError, connection, connections

from eventsync.sync import leftovers

_THIS_HOST = ("", "localhost", "127.0.0.1", "::1")
OURS = "SELECT epoch FROM sync_server"  # since the first release; whatever else is in a database, it is one of ours


class EngineError(Exception):
    """What the database or one of its programs said, as a sentence."""


class Engine(Protocol):
    """A kind of database."""

    suffix: str

    def url_of(self, name: str) -> str:
        """What EVENTSYNC_DATABASE_URL must be for the database of this name, on the same server."""

    def copy(self, path: Path) -> None:
        """Writes one moment of the database into `path`, while others write."""

    def shares_disk(self, path: Path) -> bool:
        """Whether the loss of the database's disk may take the file along."""

    def opened(self, path: Path) -> AbstractContextManager[str]:
        """The URL of a database with the content of the copy, which may be read while the context lasts."""

    def clear(self) -> None:
        """Removes what processes that were killed left of `opened` and `put_back`, unless others are at either."""

    def put_back(self, path: Path, *, aside: str) -> str:
        """Replaces the database by the copy; the replaced one is kept under a name with `aside`, which is answered."""


def current() -> Engine:
    return Sqlite() if connection.vendor == "sqlite" else Postgres()


class Sqlite:
    """A file, copied by SQLite's own backup."""

    suffix = ".sqlite3"

    def url_of(self, name: str) -> str:
        return f"sqlite:///{name}"

    @property
    def _file(self) -> Path:
        return Path(connection.settings_dict["NAME"])

    def copy(self, path: Path) -> None:
        try:
            with closing(sqlite3.connect(self._file)) as source, closing(sqlite3.connect(path)) as target:
                path.chmod(0o600)
                source.backup(target)
                target.execute("PRAGMA journal_mode=DELETE")  # one file, and nothing beside it
        except sqlite3.Error as error:
            path.unlink(missing_ok=True)
            raise EngineError(f"SQLite could not copy the database: {error}.") from error

    def shares_disk(self, path: Path) -> bool:
        return path.stat().st_dev == self._file.stat().st_dev

    @contextmanager
    def opened(self, path: Path) -> Iterator[str]:
        """Of a copy of the copy: opening a database writes to it, and a backup stays as it was made."""
        if not path.is_file():
            raise EngineError(f"There is no file {path}.")
        beside, prefix = self._file.parent, f"{self._file.name}.opened-"
        with leftovers.at_work(beside), tempfile.TemporaryDirectory(dir=beside, prefix=prefix) as folder:
            scratch = Path(folder) / "copy.sqlite3"
            shutil.copyfile(path, scratch)
            _check_file(scratch, name=path)
            yield self.url_of(str(scratch))

    def clear(self) -> None:
        names = [f"{self._file.name}.opened-*", f"{self._file.name}.restored"]
        found = [path for name in names for path in self._file.parent.glob(name)]
        leftovers.clear(
            self._file.parent, [*found, *filter(self._is_second_name, self._file.parent.glob(self._kept("*")))]
        )

    def _is_second_name(self, path: Path) -> bool:
        """A hard link that a killed `put_back` left; where a link leads to the database, nothing is a second name."""
        return not self._file.is_symlink() and not path.is_symlink() and path.samefile(self._file)

    def _kept(self, aside: str) -> str:
        return f"{self._file.stem}-{aside}{self._file.suffix}"

    def put_back(self, path: Path, *, aside: str) -> str:
        """Whenever it is killed, a whole database has the name: the old one until the new one has it."""
        kept = self._file.with_name(self._kept(aside))
        draft = self._file.with_name(f"{self._file.name}.restored")
        with leftovers.at_work(self._file.parent):
            shutil.copyfile(path, draft)
            draft.chmod(0o600)
            onto_disk(draft)
            connections.close_all()
            if self._file.exists():
                try:
                    _fold_log_into(self._file)
                except EngineError:
                    draft.unlink()
                    raise
                _name_too(self._file, kept)
            for ending in ("-wal", "-shm"):
                Path(f"{self._file}{ending}").unlink(missing_ok=True)
            draft.replace(self._file)
            onto_disk(self._file.parent)
        return str(kept)


def _name_too(path: Path, kept: Path) -> None:
    """The file has both names; where a file has one name only, a copy has the other."""
    try:
        kept.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, kept)
        kept.chmod(0o600)
        onto_disk(kept)
    onto_disk(kept.parent)


def onto_disk(path: Path) -> None:
    """What a file holds, or which names a folder has, stays when the power goes."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _check_file(path: Path, *, name: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as database:
            answer = database.execute("PRAGMA integrity_check").fetchone()[0]
            database.execute(OURS)
    except sqlite3.Error as error:
        raise EngineError(f"{name} is not a whole SQLite database of ours: {error}.") from error
    if answer != "ok":
        raise EngineError(f"{name} is damaged: {answer}.")


def _fold_log_into(path: Path) -> None:
    """Everything into the one file; EngineError when a server still uses it."""
    try:
        with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as database:
            # Fails while anybody has the database open: WAL can only be left alone.
            database.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise EngineError("The database is in use. Stop the server and the worker first.") from error


class Postgres:
    """pg_dump, pg_restore and a second database, with PostgreSQL's own programs."""

    suffix = ".dump"

    def url_of(self, name: str) -> str:
        said: dict[str, Any] = connection.settings_dict
        user, password, host, port = (
            quote(str(said.get(part) or ""), safe="") for part in ("USER", "PASSWORD", "HOST", "PORT")
        )
        who = f"{user}:{password}@" if password else f"{user}@" if user else ""
        where = f"{host or '127.0.0.1'}:{port}" if port else host or "127.0.0.1"
        return f"postgres://{who}{where}/{name}"

    @property
    def _name(self) -> str:
        return str(connection.settings_dict["NAME"])

    def copy(self, path: Path) -> None:
        path.touch(mode=0o600)
        try:
            _program(["pg_dump", "--format=custom", "--no-owner", f"--file={path}", self._name])
        except EngineError:
            path.unlink(missing_ok=True)
            raise

    def shares_disk(self, path: Path) -> bool:
        """Another host has other disks. On this one the server says where its data is, if we may ask it."""
        host = str(connection.settings_dict["HOST"])
        if host not in _THIS_HOST and not host.startswith("/"):
            return False
        try:
            with connection.cursor() as cursor:
                cursor.execute("SHOW data_directory")
                return Path(cursor.fetchone()[0]).stat().st_dev == path.stat().st_dev
        except (DatabaseError, OSError):
            return True

    @contextmanager
    def opened(self, path: Path) -> Iterator[str]:
        if not path.is_file():
            raise EngineError(f"There is no file {path}.")
        scratch = f"{self._opened}{uuid.uuid4().hex[:8]}"
        with leftovers.at_work_on(connection):
            self._fill(scratch, path)
            try:
                _program(["psql", "--quiet", f"--dbname={scratch}", f"--command={OURS}"])
                yield self.url_of(scratch)
            finally:
                _drop(scratch)

    @property
    def _opened(self) -> str:
        return f"{self._name[:40]}_opened_"

    def clear(self) -> None:
        with leftovers.alone_on(connection) as nobody_is, connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self._opened])
            for (name,) in cursor.fetchall() if nobody_is else ():
                _drop(name)

    def put_back(self, path: Path, *, aside: str) -> str:
        kept, restored = (f"{self._name[:40]}_{part}" for part in (aside.replace("-", "_"), "restored"))
        _drop(restored)  # of one that was killed
        self._fill(restored, path)
        connections.close_all()
        swap = [
            f'--command=ALTER DATABASE "{self._name}" RENAME TO "{kept}"',
            f'--command=ALTER DATABASE "{restored}" RENAME TO "{self._name}"',
        ]
        with _dropped_when_it_fails(restored):
            try:
                _program(
                    ["psql", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname=postgres", "--single-transaction", *swap]
                )
            except EngineError as error:
                raise EngineError(f"Stop the server and the worker first. PostgreSQL said: {error}") from error
        return f"the database {kept}"

    def _fill(self, name: str, path: Path) -> None:
        _program(["createdb", name])
        with _dropped_when_it_fails(name):
            _program(["pg_restore", "--no-owner", "--exit-on-error", f"--dbname={name}", str(path)])


@contextmanager
def _dropped_when_it_fails(name: str) -> Iterator[None]:
    """The first error is the one that is told; also that the database `name` is left behind, if it is."""
    try:
        yield
    except EngineError as error:
        try:
            _drop(name)
        except EngineError as left:
            raise EngineError(f"{error} The database {name} is left behind: {left}") from error
        raise


def _drop(name: str) -> None:
    """A database that only we know of, whoever has looked into it meanwhile."""
    _program(["dropdb", "--if-exists", "--force", name])


def _program(command: Sequence[str]) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise EngineError(f"{command[0]} is not installed: it comes with PostgreSQL's client programs.")
    done = subprocess.run(  # noqa: S603 - no shell, and nothing in it comes from outside
        [program, *command[1:]], env=_login(), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise EngineError(f"{command[0]} failed: {done.stderr.strip()[-500:]}")


def _login() -> dict[str, str]:
    """Where and who, in the variables that PostgreSQL's programs read: a password is on no command line."""
    said: dict[str, Any] = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    return os.environ | {name: str(said[part]) for name, part in names.items() if said.get(part)}
