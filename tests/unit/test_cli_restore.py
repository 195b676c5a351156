"""`slovomat restore` into a SQLite file: wholly, only when told to, and with a secret that fits."""

import sqlite3
import stat
import tarfile
from pathlib import Path

import pytest
from tests.cli_operator import Operator

from slovomat.cli.exits import Exit
from slovomat.storage.sqlite_file import alone


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """An operator of an instance with a customer, 40 requests and a key."""
    made = Operator(tmp_path / "data")
    made.run("user", "add", "a@b.c")
    made.run("credit", "a@b.c", "40", "--reason", "x")
    made.run("key", "create", "a@b.c")
    return made


@pytest.fixture
def copy(operator: Operator, tmp_path: Path) -> Path:
    """A backup of it."""
    operator.run("backup", str(tmp_path / "copy.db"))
    return tmp_path / "copy.db"


def available(operator: Operator) -> int:
    """What there is to spend."""
    return int(operator.json("audit")["available"])


def change(file: Path, statement: str) -> None:
    """Runs a statement on a database."""
    with sqlite3.connect(file) as connection:
        connection.execute(statement)
    connection.close()


def test_on_a_new_machine_it_tells_that_the_secret_is_missing(copy: Path, tmp_path: Path) -> None:
    """It makes none: that would be another one."""
    new = Operator(tmp_path / "new")
    report = new.json("restore", str(copy))
    assert (report["secret"], report["replaced"]) == ("missing", None)
    assert "secret.key" in new.err
    assert not (new.data / "secret.key").exists()
    assert stat.S_IMODE((new.data / "slovomat.db").stat().st_mode) == 0o600
    assert sorted(path.name for path in new.data.iterdir()) == ["slovomat.db", "slovomat.db.lock"]
    assert available(new) == 40


def test_what_is_there_is_put_aside_when_told_to(operator: Operator, copy: Path) -> None:
    """Not before; and it can be put back the same way."""
    operator.run("credit", "a@b.c", "2", "--reason", "later")
    operator.fault("restore", str(copy), code=Exit.FAILED)
    assert available(operator) == 42
    aside = operator.json("restore", str(copy), "--force")["replaced"]
    assert not list(operator.data.glob("*-wal"))
    assert available(operator) == 40
    for _ in range(2):
        assert operator.json("restore", aside, "--force")["replaced"] != aside
    assert available(operator) == 42


def test_a_damaged_database_is_replaced(operator: Operator, copy: Path) -> None:
    """With whatever journal lies beside it: the copy must not get another one's."""
    (operator.data / "slovomat.db").write_text("no database any more, but long enough to be one" * 100)
    (operator.data / "slovomat.db-wal").write_text("a journal")
    aside = Path(operator.json("restore", str(copy), "--force")["replaced"])
    assert aside.with_name(aside.name + "-wal").read_text() == "a journal"
    assert available(operator) == 40


def test_a_running_service_keeps_its_file(operator: Operator, copy: Path, tmp_path: Path) -> None:
    """It is neither replaced nor moved away from under it."""
    before = (operator.data / "slovomat.db").read_bytes()
    with alone(operator.data / "slovomat.db"):
        assert "service" in operator.fault("restore", str(copy), "--force", code=Exit.FAILED)
        operator.fault("migrate", "--to", f"sqlite://{tmp_path}/new.db", code=Exit.FAILED)
    assert (operator.data / "slovomat.db").read_bytes() == before
    assert not list(operator.data.glob(".restore*"))


def test_a_command_at_work_keeps_its_file_too(operator: Operator, copy: Path) -> None:
    """What it commits must not go with a journal that is taken away."""
    connection = sqlite3.connect(operator.data / "slovomat.db")
    connection.execute("BEGIN IMMEDIATE")
    assert "locked" in operator.fault("restore", str(copy), "--force", code=Exit.DATABASE)
    connection.close()
    assert available(operator) == 40


def test_another_secret_is_put_aside_only_when_told_to(operator: Operator, tmp_path: Path) -> None:
    """Keys made under it would all stop working."""
    tar = tmp_path / "all.tar"
    operator.run("backup", str(tar), "--with-secret")
    other = Operator(tmp_path / "other")
    other.data.mkdir()
    (other.data / "secret.key").write_text("ab" * 32)
    other.fault("restore", str(tar), code=Exit.FAILED)
    assert not (other.data / "slovomat.db").exists()
    assert other.json("restore", str(tar), "--force")["secret"] == "restored"
    assert (other.data / "secret.key").read_text() == (operator.data / "secret.key").read_text()
    [aside] = other.data.glob("secret.key.before-*")
    assert aside.read_text() == "ab" * 32


def test_a_copy_whose_keys_another_secret_made_is_refused(copy: Path, tmp_path: Path) -> None:
    """As far as the copy can tell."""
    change(copy, "INSERT INTO instance VALUES ('secret_mark', 'of another')")
    other = Operator(tmp_path / "other")
    other.data.mkdir()
    (other.data / "secret.key").write_text("ab" * 32)
    other.fault("restore", str(copy), code=Exit.CONFIGURATION)
    other.run("restore", str(copy), "--force")


def test_what_is_no_backup_changes_nothing(operator: Operator, tmp_path: Path) -> None:
    """Text, an empty database, a tar of something else, no file at all."""
    text, empty, tar = tmp_path / "text", tmp_path / "empty.db", tmp_path / "other.tar"
    text.write_text("hello, I am not a database at all" * 50)
    change(empty, "CREATE TABLE cats (name TEXT)")
    with tarfile.open(tar, "w") as archive:
        archive.add(text, "slovomat.db")
    for file, code in (
        (text, Exit.DATABASE),
        (empty, Exit.DATABASE),
        (tar, Exit.FAILED),
        (tmp_path / "nothing", Exit.NOT_FOUND),
    ):
        operator.fault("restore", str(file), "--force", code=code)
    assert available(operator) == 40
    assert not list(operator.data.glob(".restore*"))


def test_a_copy_of_a_newer_version_is_refused(operator: Operator, copy: Path) -> None:
    """Its tables are not known here."""
    change(copy, "INSERT INTO migrations VALUES ('9999_future')")
    assert "9999_future" in operator.fault("restore", str(copy), "--force", code=Exit.DATABASE)


def test_broken_books_are_taken_only_when_told_to(copy: Path, tmp_path: Path) -> None:
    """A copy of them is better than none."""
    change(copy, "UPDATE buckets SET granted = 50, available = 50")
    new = Operator(tmp_path / "new")
    new.fault("restore", str(copy), code=Exit.FAILED)
    assert new.json("restore", str(copy), "--force")["audit"]["ok"] is False


def test_a_copy_of_an_instance_that_moved_lives_again(operator: Operator, tmp_path: Path) -> None:
    """To restore it is to say that it is served here."""
    operator.run("migrate", "--to", f"sqlite://{tmp_path}/moved.db")
    copy = tmp_path / "copy.db"
    operator.run("backup", str(copy))
    operator.fault("audit", code=Exit.CONFIGURATION)
    operator.run("restore", str(copy), "--force")
    assert available(operator) == 40
