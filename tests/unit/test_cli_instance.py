"""The commands about the instance itself: books, settings, backup, doctor, modes, models."""

import json
import sqlite3
import stat
import tarfile
from pathlib import Path

import pytest
from tests.cli_operator import Operator

from slovomat.cli.exits import Exit


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """An operator of an instance that has never run."""
    return Operator(tmp_path / "data")


def test_an_audit_of_sound_books_is_ok(operator: Operator) -> None:
    """It counts what was granted."""
    operator.run("user", "add", "a@b.c")
    operator.run("credit", "a@b.c", "40", "--reason", "x")
    assert operator.json("audit") == {
        "ok": True, "violations": [], "granted": 40, "available": 40, "held": 0, "spent": 0, "entries": 1,
    }  # fmt: skip


def test_an_audit_of_broken_books_fails_and_names_the_row(operator: Operator) -> None:
    """Requests that no entry tells of are found."""
    operator.run("user", "add", "a@b.c")
    operator.run("credit", "a@b.c", "40", "--reason", "x")
    _execute(operator, "UPDATE buckets SET granted = 50, available = 50")
    report = operator.json("audit", code=Exit.FAILED)
    assert report["ok"] is False
    assert "bucket_differs_from_its_entries" in {one["invariant"] for one in report["violations"]}
    assert "✗" in operator.run("audit", code=Exit.FAILED)


def test_a_file_that_is_no_database_is_a_fault_of_the_database(operator: Operator) -> None:
    """It is neither overwritten nor a traceback."""
    operator.data.mkdir()
    (operator.data / "slovomat.db").write_text("not a database, but long enough to be looked at" * 100)
    operator.fault("audit", code=Exit.DATABASE)
    checks = {
        check["name"]: check for check in operator.json("doctor", "--no-call", code=Exit.FAILED)["checks"]
    }
    assert checks["database"]["state"] == "fault"
    assert "backup" in checks["database"]["fix"]


def test_migrate_says_what_it_applied_and_then_that_there_is_nothing_to_do(operator: Operator) -> None:
    """A second run changes nothing."""
    first = operator.json("migrate")
    assert first["applied"] == first["in_force"] != []
    assert operator.json("migrate")["applied"] == []


def test_settings_are_shown_with_their_origin_and_without_secrets(operator: Operator) -> None:
    """Neither the table nor the JSON holds the key of the upstream."""
    env = {
        "SLOVOMAT_UPSTREAM_KEY": "sk-verysecret",
        "SLOVOMAT_UPSTREAM_URL": "https://me:hidden@api.example/v1",
    }
    document = operator.json("config", "show", env=env)
    assert document["settings"]["upstream_key"] == {"value": "********", "origin": "environment"}
    assert document["settings"]["port"] == {"value": 8080, "origin": "default"}
    assert document["settings"]["data"]["origin"] == "flag"
    for text in (json.dumps(document), operator.run("config", "show", env=env)):
        assert "verysecret" not in text
        assert "hidden" not in text


def test_a_bad_setting_is_named_with_its_source(operator: Operator) -> None:
    """Exit code 3, one line."""
    operator.run("config", "show", code=Exit.CONFIGURATION, env={"SLOVOMAT_PORT": "eighty"})
    assert "port (environment)" in operator.err


def test_init_writes_a_private_file_that_loads_and_never_overwrites_it(operator: Operator) -> None:
    """Everything is commented out but what was given."""
    made = operator.json("init", "--site", "https://words.example", "--upstream-model", "gpt-4o-mini")
    file = Path(made["file"])
    assert file == operator.data / "slovomat.toml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    settings = operator.json("config", "show")["settings"]
    assert settings["site"] == {"value": "https://words.example", "origin": str(file)}
    assert settings["workers"]["origin"] == "default"
    in_force = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    assert in_force == ['site = "https://words.example"', 'upstream_model = "gpt-4o-mini"']
    operator.fault("init", code=Exit.FAILED)
    operator.run("init", "--force")
    assert operator.json("config", "show")["settings"]["site"]["origin"] == "default"


def test_init_refuses_what_would_not_load_and_leaves_nothing(operator: Operator) -> None:
    """A broken file never takes its place."""
    operator.fault("init", "--upstream-url", "ftp://x", code=Exit.CONFIGURATION)
    assert list(operator.data.iterdir()) == []


def test_every_default_that_init_shows_is_the_default(operator: Operator, tmp_path: Path) -> None:
    """The file with all of its comment marks gone means the same as no file."""
    file = Path(operator.json("init")["file"])
    lines = [line.removeprefix("# ") for line in file.read_text().splitlines() if " = " in line]
    bare = tmp_path / "bare.toml"
    bare.write_text("\n".join(lines))
    settings = operator.json("config", "show", "--config", str(bare))["settings"]
    plain = operator.json("config", "show")["settings"]
    assert {name: one["value"] for name, one in settings.items()} == {
        n: one["value"] for n, one in plain.items()
    }


def test_a_backup_is_a_private_sound_copy(operator: Operator, tmp_path: Path) -> None:
    """It opens as a database, its books hold, and nothing lies beside it."""
    operator.run("user", "add", "a@b.c")
    operator.run("credit", "a@b.c", "40", "--reason", "x")
    target = tmp_path / "copies" / "one.db"
    report = operator.json("backup", str(target))
    assert report["audit"]["ok"] is True
    assert "secret.key" in report["secret"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in target.parent.iterdir()] == ["one.db"]
    copied = Operator(tmp_path / "other")
    copied.data.mkdir()
    target.rename(copied.data / "slovomat.db")
    assert copied.json("audit")["available"] == 40


def test_a_backup_with_the_secret_is_all_that_a_restore_needs(operator: Operator, tmp_path: Path) -> None:
    """From the tar alone the old key is known again."""
    operator.run("user", "add", "a@b.c")
    made = operator.json("key", "create", "a@b.c")
    target = tmp_path / "all.tar"
    operator.run("backup", str(target), "--with-secret")
    restored = Operator(tmp_path / "restored")
    with tarfile.open(target) as archive:
        archive.extractall(restored.data, filter="data")
    restored.run("key", "revoke", "-", stdin=made["key"])


def test_a_backup_never_overwrites_unless_forced(operator: Operator, tmp_path: Path) -> None:
    """The file that is there stays as it was."""
    operator.run("migrate")
    target = tmp_path / "one.db"
    target.write_text("precious")
    operator.fault("backup", str(target), code=Exit.FAILED)
    assert target.read_text() == "precious"
    operator.run("backup", str(target), "--force")
    assert target.read_bytes().startswith(b"SQLite format 3")


def test_there_is_nothing_to_back_up_before_the_first_start(operator: Operator) -> None:
    """An empty backup would be a lie."""
    operator.fault("backup", code=Exit.NOT_FOUND)


def test_a_backup_goes_into_the_data_folder_by_itself(operator: Operator) -> None:
    """Its name tells when it was made."""
    operator.run("migrate")
    file = Path(operator.json("backup")["file"])
    assert file.parent == operator.data / "backups"


def test_doctor_finds_what_is_wrong_and_tells_the_fix(operator: Operator) -> None:
    """Each fault has a fix beside it, and the exit code says that there is one."""
    operator.run("user", "add", "a@b.c")
    operator.run("key", "create", "a@b.c")
    (operator.data / "secret.key").chmod(0o644)
    operator.data.chmod(0o777)
    report = operator.json(
        "doctor", "--no-call", code=Exit.FAILED, env={"SLOVOMAT_UPSTREAM_URL": "https://api.example/v1"}
    )
    faults = {check["name"]: check["fix"] for check in report["checks"] if check["state"] == "fault"}
    assert faults["secret"].startswith("chmod 600")
    assert faults["data"].startswith("chmod 700")
    assert "SLOVOMAT_UPSTREAM_KEY" in faults["upstream key"]
    (operator.data / "secret.key").unlink()
    told = operator.run("doctor", "--no-call", "--lang", "ru", code=Exit.FAILED)
    assert "✗ secret" in told
    assert "из резервной копии" in told


def test_doctor_is_content_with_a_sound_instance(operator: Operator) -> None:
    """Every check is ok and the exit code is 0."""
    operator.run("user", "add", "a@b.c")
    operator.run("key", "create", "a@b.c")
    env = {"SLOVOMAT_UPSTREAM_URL": "https://api.example/v1", "SLOVOMAT_UPSTREAM_KEY": "k"}
    report = operator.json("doctor", "--no-call", env=env)
    assert {check["name"] for check in report["checks"] if check["state"] != "ok"} <= {"disk"}


def test_doctor_makes_nothing_on_a_machine_where_nothing_is(operator: Operator) -> None:
    """Looking changes nothing."""
    env = {"SLOVOMAT_UPSTREAM_URL": "https://api.example/v1", "SLOVOMAT_UPSTREAM_KEY": "k"}
    report = operator.json("doctor", "--no-call", env=env)
    assert {check["name"] for check in report["checks"] if check["state"] == "warning"} >= {
        "data",
        "database",
    }
    assert not operator.data.exists()


def test_doctor_says_what_serve_would_say_of_an_open_address(operator: Operator) -> None:
    """Beyond loopback an instance without an account is not served."""
    operator.run("migrate")
    report = operator.json("doctor", "--no-call", code=Exit.FAILED, env={"SLOVOMAT_HOST": "0.0.0.0"})  # noqa: S104
    [check] = [check for check in report["checks"] if check["name"] == "first key"]
    assert check["state"] == "fault"
    assert "slovomat user add" in check["fix"]


def test_modes_are_listed_shown_and_checked(operator: Operator, tmp_path: Path) -> None:
    """A broken file of the operator's is named with its line; the others stay known."""
    modes = operator.json("modes", "list")["modes"]
    assert len(modes) == 22
    shown = operator.json("modes", "show", "essay")
    assert shown["sha256"] == next(mode["sha256"] for mode in modes if mode["id"] == "essay")
    assert operator.json("modes", "check") == {"ok": True, "faults": []}
    own = tmp_path / "modes"
    own.mkdir()
    (own / "essay.md").write_text(shown["source"].replace("{{ text }}", "{{ txet }}"))
    report = operator.json("modes", "check", code=Exit.FAILED, env={"SLOVOMAT_MODES_DIR": str(own)})
    assert any("essay.md:" in fault and "txet" in fault for fault in report["faults"])


def test_models_are_listed_with_what_is_there_of_them(operator: Operator) -> None:
    """Nothing is fetched by looking; removing what is not there is no fault."""
    models = {model["name"]: model for model in operator.json("model", "list")["models"]}
    assert models["smollm2-135m"]["ready"] is False
    assert operator.json("model", "rm", "smollm2-135m") == {"model": "smollm2-135m", "removed": False}


def test_an_empty_queue_is_an_empty_list(operator: Operator) -> None:
    """Jobs are listed before the service has ever run."""
    assert operator.json("jobs", "list") == {"waiting": 0, "oldest_waiting_since": None, "jobs": []}


def _execute(operator: Operator, statement: str) -> None:
    connection = sqlite3.connect(operator.data / "slovomat.db")
    with connection:
        connection.execute(statement)
    connection.close()
