"""The commands about accounts, keys and prices: JSON, exit codes, one clear line for each wrong input."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.cli_operator import Operator

from slovomat.cli.app import app
from slovomat.cli.exits import Exit


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """An operator of an instance that has never run."""
    return Operator(tmp_path / "data")


def test_a_user_is_added_to_the_free_plan_unless_another_is_named(operator: Operator) -> None:
    """The first command makes the database and the price list too."""
    assert operator.json("user", "add", "Anna@Example.org")["plan"] == "Бесплатный"
    added = operator.json("user", "add", "boris@example.org", "--plan", "Престиж")
    assert added["plan"] == "Престиж"
    assert added["blocked"] is False
    users = operator.json("user", "list")["users"]
    assert [user["email"] for user in users] == ["anna@example.org", "boris@example.org"]


def test_a_credit_becomes_a_pack_and_a_negative_one_takes_back(operator: Operator) -> None:
    """The answer tells what the account's packs hold."""
    operator.run("user", "add", "a@b.c")
    assert operator.json("credit", "a@b.c", "100", "--reason", "gift")["packs_requests"] == 100
    assert operator.json("credit", "a@b.c", "-30", "--reason", "mistake") == {
        "email": "a@b.c",
        "credited": -30,
        "packs_requests": 70,
    }
    shown = operator.json("user", "show", "a@b.c")
    assert [pack["available"] for pack in shown["packs"]] == [70]
    assert [entry["reason"] for entry in shown["entries"]] == ["mistake", "gift"]
    assert (shown["balance_requests"], shown["api_balance_requests"]) == (80, 70)


def test_more_than_there_is_cannot_be_taken_back(operator: Operator) -> None:
    """The refusal changes nothing."""
    operator.run("user", "add", "a@b.c")
    operator.run("credit", "a@b.c", "10", "--reason", "gift")
    assert "nothing was taken" in operator.fault("credit", "a@b.c", "-11", "--reason", "x", code=Exit.FAILED)
    assert operator.json("audit")["available"] == 10


@pytest.mark.parametrize("requests", ["0", "1x", "1.5", "1000000000001", "-1000000000001", str(10**30)])
def test_a_credit_is_a_whole_number_within_reason(operator: Operator, requests: str) -> None:
    """No figure can overflow the books."""
    operator.run("user", "add", "a@b.c")
    operator.run("credit", "a@b.c", requests, "--reason", "x", code=Exit.USAGE)


def test_a_key_is_shown_once_and_listed_by_its_beginning(operator: Operator) -> None:
    """The list never holds the key."""
    operator.run("user", "add", "a@b.c")
    made = operator.json("key", "create", "a@b.c", "--name", "laptop", "--modes", "essay", "--cap-day", "5",
                         "--dialects", "openai", "--networks", "10.0.0.0/8", "--expires", "30d")  # fmt: skip
    assert made["key"].startswith("slv_")
    listed = operator.run("key", "list", "a@b.c", "--json")
    assert made["key"] not in listed
    [key] = json.loads(listed)["keys"]
    assert made["key"].startswith(key["shown"])
    assert (key["name"], key["modes"], key["cap_day"]) == ("laptop", ["essay"], 5)
    assert key["networks"] == ["10.0.0.0/8"]
    assert key["expires_at"] == made["expires_at"]


def test_without_json_the_output_is_the_key_alone(operator: Operator) -> None:
    """`KEY=$(slovomat key create ...)` works; the remark goes beside it."""
    operator.run("user", "add", "a@b.c")
    assert len(operator.run("key", "create", "a@b.c").split()) == 1
    assert "shown this once" in operator.err


def test_a_key_is_revoked_by_id_or_beginning_or_whole(operator: Operator) -> None:
    """Whole keys are read from standard input, where no other user of the machine sees them."""
    operator.run("user", "add", "a@b.c")
    keys = [operator.json("key", "create", "a@b.c") for _ in range(3)]
    operator.run("key", "revoke", str(keys[0]["id"]))
    operator.run("key", "revoke", keys[1]["key"][:10])
    operator.run("key", "revoke", "-", stdin=keys[2]["key"] + "\n")
    listed = operator.json("key", "list", "a@b.c")["keys"]
    assert all(key["revoked_at"] for key in listed)
    operator.fault("key", "revoke", str(keys[0]["id"]), code=Exit.NOT_FOUND)
    operator.fault("key", "revoke", "slv_nobody", code=Exit.NOT_FOUND)


def test_a_rotated_key_has_an_heir_and_an_end(operator: Operator) -> None:
    """The heir keeps the rules; the old key ends with the overlap."""
    operator.run("user", "add", "a@b.c")
    old = operator.json("key", "create", "a@b.c", "--cap-total", "7")
    heir = operator.json("key", "rotate", str(old["id"]), "--overlap", "1.5")
    assert heir["replaces"] == old["id"]
    assert heir["key"] != old["key"]
    before, after = operator.json("key", "list", "a@b.c")["keys"]
    assert before["expires_at"] == heir["replaced_expires_at"]
    assert (after["cap_total"], after["expires_at"]) == (7, None)
    operator.fault("key", "rotate", "99", code=Exit.NOT_FOUND)


def test_a_plan_is_made_with_plain_defaults_and_changed_only_where_named(operator: Operator) -> None:
    """What is not named keeps its value."""
    made = operator.json("plan", "set", "Bulk")
    assert made == {
        "name": "Bulk", "daily_requests": 0, "api_allowance": True, "rpm": None,
        "dialects": ["chatinfo", "openai", "textbot"], "price_kopecks": 0, "period_days": 30,
        "on_sale": True, "created": True,
    }  # fmt: skip
    changed = operator.json("plan", "set", "Bulk", "--daily", "50", "--rpm", "0", "--dialects", "openai")
    assert changed["created"] is False
    assert (changed["daily_requests"], changed["rpm"], changed["dialects"]) == (50, 0, ["openai"])
    again = operator.json("plan", "set", "Bulk", "--no-api-allowance", "--no-on-sale", "--default-rpm")
    assert (again["daily_requests"], again["rpm"], again["api_allowance"], again["on_sale"]) == (
        50,
        None,
        False,
        False,
    )
    assert operator.json("plan", "show", "Bulk")["dialects"] == ["openai"]
    assert [plan["name"] for plan in operator.json("plan", "list")["plans"]] == [
        "Бесплатный",
        "Престиж",
        "Bulk",
    ]


def test_a_user_moves_between_plans_and_is_blocked_and_unblocked(operator: Operator) -> None:
    """Each answer is the account as it is now."""
    operator.run("user", "add", "a@b.c")
    assert operator.json("user", "set-plan", "a@b.c", "Престиж")["plan"] == "Престиж"
    assert operator.json("user", "block", "a@b.c")["blocked"] is True
    assert operator.json("user", "unblock", "a@b.c")["blocked"] is False


def test_a_pack_on_the_price_list_is_made_and_changed(operator: Operator) -> None:
    """A new one needs its figures; a change needs only what changes."""
    operator.fault("pack", "set", "Big", "--requests", "9", code=Exit.USAGE)
    operator.run(
        "pack", "set", "Big", "--requests", "9000", "--price-kopecks", "500000", "--valid-days", "90"
    )
    changed = operator.json("pack", "set", "Big", "--valid-days", "0")
    assert (changed["requests"], changed["valid_days"], changed["created"]) == (9000, None, False)
    assert operator.json("pack", "list")["packs"][-1]["name"] == "Big"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["user", "show", "nobody@b.c"], Exit.NOT_FOUND),
        (["user", "add", "not-an-email"], Exit.USAGE),
        (["user", "add", "x@y.z", "--plan", "None"], Exit.NOT_FOUND),
        (["user", "set-plan", "a@b.c", "None"], Exit.NOT_FOUND),
        (["credit", "nobody@b.c", "5", "--reason", "x"], Exit.NOT_FOUND),
        (["credit", "a@b.c", "5", "--reason", " "], Exit.USAGE),
        (["key", "create", "a@b.c", "--networks", "10.0.0.1/8"], Exit.USAGE),
        (["key", "create", "a@b.c", "--modes", "esay"], Exit.USAGE),
        (["key", "create", "a@b.c", "--dialects", "grpc"], Exit.USAGE),
        (["key", "create", "a@b.c", "--expires", "yesterday"], Exit.USAGE),
        (["key", "list", "nobody@b.c"], Exit.NOT_FOUND),
        (["plan", "show", "None"], Exit.NOT_FOUND),
        (["plan", "set", "X", "--dialects", "grpc"], Exit.USAGE),
        (["plan", "set", "X", "--rpm", "3", "--default-rpm"], Exit.USAGE),
        (["jobs", "show", "5"], Exit.NOT_FOUND),
        (["modes", "show", "esay"], Exit.NOT_FOUND),
        (["modes", "try", "essay", "  "], Exit.USAGE),
        (["modes", "try", "essay", "x", "--param", "words"], Exit.USAGE),
        (["model", "rm", "gpt-9"], Exit.NOT_FOUND),
        (["audit", "--config", "/nowhere.toml"], Exit.CONFIGURATION),
        (["upstream", "test"], Exit.UPSTREAM),
        (["ask", "hello", "--url", "http://127.0.0.1:9"], Exit.CONFIGURATION),
        (["ask", "hello", "--key", "k", "--url", "gopher://x"], Exit.USAGE),
    ],
)
def test_each_fault_is_one_line_and_its_exit_code(
    operator: Operator, words: Sequence[str], code: Exit
) -> None:
    """Expected faults go to the standard error, in one line, without a traceback."""
    operator.run("user", "add", "a@b.c")
    operator.fault(*words, code=code)


def test_a_taken_email_is_refused(operator: Operator) -> None:
    """There is one account for each address."""
    operator.run("user", "add", "a@b.c")
    operator.fault("user", "add", "A@B.C", code=Exit.FAILED)


def test_faults_are_json_too_when_json_is_asked_for(operator: Operator) -> None:
    """A program reads the code and the message from the standard error."""
    assert operator.run("user", "show", "nobody@b.c", "--json", code=Exit.NOT_FOUND) == ""
    error = json.loads(operator.err)["error"]
    assert error["code"] == "not_found"
    assert "nobody@b.c" in error["message"]


def test_messages_come_in_russian_where_the_machine_speaks_it(operator: Operator) -> None:
    """The locale decides, --lang overrides it."""
    operator.run("user", "show", "a@b.c", code=Exit.NOT_FOUND, env={"LC_ALL": "ru_RU.UTF-8"})
    assert "нет аккаунта" in operator.err
    operator.run("user", "show", "a@b.c", "--lang", "en", code=Exit.NOT_FOUND, env={"LC_ALL": "ru_RU.UTF-8"})
    assert "no account" in operator.err


def test_every_command_has_the_common_options() -> None:
    """--data, --config, --json and --lang stand on every one, and each has a line of help."""
    from typer.main import get_command

    def walk(command: Any, path: str) -> list[str]:
        if hasattr(command, "commands"):
            return [lack for name, sub in command.commands.items() for lack in walk(sub, f"{path} {name}")]
        options = {option for parameter in command.params for option in parameter.opts}
        lacking = {"--data", "--config", "--json", "--lang"} - options
        return [f"{path}: {lacking}"] if lacking or not command.help else []

    assert walk(get_command(app), "slovomat") == []
