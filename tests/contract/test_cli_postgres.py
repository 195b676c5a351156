"""The operator's commands on PostgreSQL: the same ones, the same answers."""

import json
import sqlite3
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.cli_operator import Operator
from tests.servers.fixtures import Databases
from tests.servers.postgres import PostgresServer

from slovomat.cli.exits import Exit

COMMANDS = """
user list
user show a@b.c
user block b@b.c
user unblock b@b.c
user set-plan b@b.c Бесплатный
key list a@b.c
key rotate 1
credit a@b.c -5 --reason back
plan list
plan show Престиж
plan set Новый --daily 5
pack set Пачка --requests 10 --price-kopecks 100
pack list
jobs list
jobs list --state queued
config show
modes list
modes check
model list
audit
backup
doctor --no-call
""".strip().splitlines()
UPSTREAM = {"SLOVOMAT_UPSTREAM_URL": "https://api.example/v1", "SLOVOMAT_UPSTREAM_KEY": "k"}


class Elsewhere(Operator):
    """An operator whose instance is in a PostgreSQL database."""

    def __init__(self, data: Path, url: str) -> None:
        super().__init__(data)
        self.url = url

    def run(self, *words: str, code: int = 0, stdin: str = "", env: Mapping[str, str] | None = None) -> str:
        """The standard output of a command that ends with this code."""
        settings = {"SLOVOMAT_DATABASE_URL": self.url, **UPSTREAM, **(env or {})}
        return super().run(*words, code=code, stdin=stdin, env=settings)


@pytest.fixture
def operator(tmp_path: Path, postgres_database: str) -> Elsewhere:
    """An operator of an instance that has never run."""
    return Elsewhere(tmp_path / "data", postgres_database)


def lived_in(operator: Operator) -> str:
    """Makes two accounts, a pack and a key; the key."""
    operator.run("user", "add", "a@b.c", "--plan", "Престиж")
    operator.run("user", "add", "b@b.c")
    operator.run("credit", "a@b.c", "40", "--reason", "x")
    made: dict[str, Any] = operator.json("key", "create", "a@b.c")
    return str(made["key"])


def sums(operator: Operator) -> Any:
    """The books."""
    return operator.json("audit")


def test_every_command_works_there(tmp_path: Path, postgres_databases: Databases) -> None:
    """From an empty database on."""
    operator = Elsewhere(tmp_path / "data", postgres_databases.fresh())
    assert operator.json("doctor", "--no-call")["ok"]
    operator.fault("backup", code=Exit.NOT_FOUND)
    assert operator.json("migrate")["applied"]
    assert operator.json("migrate")["applied"] == []
    key = lived_in(operator)
    for words in COMMANDS:
        assert operator.json(*words.split())
    operator.run("key", "revoke", "-", stdin=key)
    operator.fault("jobs", "show", "7", code=Exit.NOT_FOUND)
    assert "✓" in operator.run("audit")


def test_an_instance_moves_there_and_its_old_place_knows(tmp_path: Path, postgres_database: str) -> None:
    """The file is served no more until it is told to be; the password of the new place is in neither."""
    old = Operator(tmp_path / "data")
    key = lived_in(old)
    before = sums(old)
    url = postgres_database.replace("postgres@", "postgres:sesame@")
    told = old.json("migrate", "--to", "-", stdin=f"{url}\n")
    assert told["audit"] == before
    assert told["rows"]["accounts"] == 2
    new = Elsewhere(old.data, postgres_database)
    assert sums(new) == before
    for words in (("audit",), ("serve", "--port", "0"), ("user", "list")):
        refused = old.fault(*words, code=Exit.CONFIGURATION)
        assert "postgresql://postgres:********@127.0.0.1" in refused
        assert "sesame" not in refused
    assert b"sesame" not in (old.data / "slovomat.db").read_bytes()
    assert old.json("migrate", "--to", url)["rows"] is None
    new.run("key", "revoke", "-", stdin=key)
    old.run("migrate", "--force")
    assert sums(old) == before
    old.fault("migrate", "--to", postgres_database, code=Exit.DATABASE)


def test_a_move_needs_a_place_and_something_to_move(tmp_path: Path, postgres_database: str) -> None:
    """Each fault is one line."""
    operator = Operator(tmp_path / "data")
    operator.fault("migrate", "--to", postgres_database, code=Exit.NOT_FOUND)
    operator.run("migrate")
    operator.fault("migrate", "--to", "mysql://x/y", code=Exit.USAGE)
    operator.fault("migrate", "--to", postgres_database, "--force", code=Exit.USAGE)
    operator.fault("migrate", "--to", f"sqlite:///{operator.data}/slovomat.db", code=Exit.USAGE)
    operator.run("user", "add", "a@b.c")
    operator.run("credit", "a@b.c", "40", "--reason", "x")
    with sqlite3.connect(operator.data / "slovomat.db") as connection:
        connection.execute("UPDATE buckets SET granted = 50, available = 50")
    connection.close()
    assert "audit" in operator.fault("migrate", "--to", postgres_database, code=Exit.FAILED)


def test_a_backup_of_either_goes_back_into_either(
    tmp_path: Path, postgres_databases: Databases, operator: Elsewhere
) -> None:
    """One format; the tar brings the secret, so that the old key is known again."""
    key = lived_in(operator)
    before = sums(operator)
    tar = tmp_path / "all.tar"
    assert operator.json("backup", str(tar), "--with-secret")["audit"] == before
    assert stat.S_IMODE(tar.stat().st_mode) == 0o600
    on_file = Operator(tmp_path / "file")
    assert on_file.json("restore", str(tar))["secret"] == "restored"
    assert sums(on_file) == before
    plain = tmp_path / "plain.db"
    on_file.run("backup", str(plain))
    third = Elsewhere(tmp_path / "third", postgres_databases.fresh())
    third.data.mkdir()
    (on_file.data / "secret.key").rename(third.data / "secret.key")
    assert third.json("restore", str(plain))["secret"] == "kept"
    assert sums(third) == before
    assert third.json("user", "add", "c@b.c")["email"] == "c@b.c"
    third.run("key", "revoke", "-", stdin=key)
    postgres_databases.drop(third.url)


def test_a_restore_replaces_only_when_told(tmp_path: Path, operator: Elsewhere) -> None:
    """And then wholly."""
    lived_in(operator)
    copy = tmp_path / "copy.db"
    operator.run("backup", str(copy))
    before = sums(operator)
    operator.run("credit", "a@b.c", "7", "--reason", "later")
    operator.fault("restore", str(copy), code=Exit.FAILED)
    assert sums(operator)["granted"] == before["granted"] + 7
    operator.run("restore", str(copy), "--force")
    assert sums(operator) == before


def test_doctor_looks_at_the_server(operator: Elsewhere) -> None:
    """Its version, what of it is risky, its clock; the tests' server does not wait for its disk."""
    lived_in(operator)
    checks = {check["name"]: check for check in operator.json("doctor", "--no-call")["checks"]}
    assert checks["database"]["detail"].startswith("PostgreSQL 1")
    assert {name for name, check in checks.items() if check["state"] == "warning"} <= {"durability", "disk"}
    assert "fsync = on" in checks["durability"]["fix"]
    assert checks["database clock"]["state"] == "ok"
    assert checks["migrations"]["state"] == "ok"


def test_doctor_tells_a_secret_that_opens_no_key(
    operator: Elsewhere, postgres_server: PostgresServer
) -> None:
    """Each node must have the same."""
    lived_in(operator)
    name = operator.url.rpartition("/")[2]
    postgres_server.execute("INSERT INTO instance VALUES ('secret_mark', 'of another')", name)
    report = operator.json("doctor", "--no-call", code=Exit.FAILED)
    [check] = [one for one in report["checks"] if one["state"] == "fault"]
    assert check["name"] == "secret"
    operator.run("backup", "--with-secret", code=Exit.CONFIGURATION)
    assert "SLOVOMAT_SECRET_FILE" in operator.err
    assert list((operator.data / "backups").iterdir()) == []


def test_doctor_tells_pending_and_newer_migrations(
    operator: Elsewhere, postgres_server: PostgresServer
) -> None:
    """It applies none."""
    operator.run("migrate")
    name = operator.url.rpartition("/")[2]
    postgres_server.execute("INSERT INTO migrations VALUES ('9999_future')", name)
    report = operator.json("doctor", "--no-call", code=Exit.FAILED)
    assert {one["name"] for one in report["checks"] if one["state"] == "fault"} == {"migrations"}
    assert "9999_future" in operator.fault("audit", code=Exit.DATABASE)
    operator.fault("backup", code=Exit.DATABASE)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_wrong_address_is_one_sentence(
    tmp_path: Path, postgres_server: PostgresServer, language: str
) -> None:
    """Whatever is wrong with it, by every kind of command, and without the password."""
    port = postgres_server.port
    wrong = {
        f"postgresql://u:sesame@127.0.0.1:{port}/postgres": "u",
        f"postgresql://postgres:sesame@127.0.0.1:{port}/nowhere": "nowhere",
        "postgresql://postgres:sesame@127.0.0.1:1/postgres": "127.0.0.1",
        "postgresql://postgres:sesame@nohost.invalid/postgres": "PostgreSQL",
        "postgresql://postgres:ses/ame@127.0.0.1/postgres": "%2F",
        "postgresql://postgres:sesame@127.0.0.1:port/postgres": "%2F",
    }
    for url, named in wrong.items():
        operator = Elsewhere(tmp_path / "data", url)
        for words in ("audit", "serve --port 0", "backup", "migrate"):
            told = operator.fault(*words.split(), "--lang", language, code=Exit.DATABASE)
            assert named in told
            assert not any(part in told for part in ("sesame", "ses/", "ame@"))
        shown = operator.run("doctor", "--no-call", "--lang", language, code=Exit.FAILED)
        assert "✗ database" in shown
        assert "→" in shown
        assert "ame@" not in shown
        if language == "en":
            file = Operator(tmp_path / "file")
            file.run("migrate")
            file.fault("migrate", "--to", "-", stdin=url, code=Exit.DATABASE)
            assert file.json("audit")["ok"]


def test_no_password_is_shown(operator: Elsewhere) -> None:
    """Neither of the databases' addresses nor of Valkey's, in a table or in JSON."""
    env = {
        "SLOVOMAT_DATABASE_URL": "postgresql://me:hid/den@db.example/x",
        "SLOVOMAT_DATABASE_REPLICA_URL": "postgresql://db2.example/x?user=me&password=hidden",
        "SLOVOMAT_VALKEY_URL": "valkeys://:hidden@cache.example:6379",
    }
    document = operator.json("config", "show", env=env)
    assert document["settings"]["database_url"]["value"] == "postgresql://me:********@db.example/x"
    for text in (json.dumps(document), operator.run("config", "show", env=env)):
        assert not any(part in text for part in ("hidden", "hid/"))
        assert "db2.example" in text
