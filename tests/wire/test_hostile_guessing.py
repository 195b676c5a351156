"""Guessing keys, lying about one's address, and the rate limits at their edge."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.wire.hostile_stage import CHAT, CREATES, ROUTES, Reply, Stage, harmless, no, stage

LIMIT = 20
BALANCE = ROUTES[2]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A service that lets an address guess twenty keys a minute, and trusts no proxy."""
    with stage(tmp_path_factory.mktemp("hostile"), bad_keys_per_minute=LIMIT) as made:
        yield made


@pytest.fixture(scope="module")
def behind_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The same behind proxies of the loopback and of 10.0.0.0/8."""
    proxies = "127.0.0.1,10.0.0.0/8"
    with stage(
        tmp_path_factory.mktemp("hostile"), bad_keys_per_minute=LIMIT, trusted_proxies=proxies
    ) as made:
        yield made


def _guess(stage: Stage, number: int, *headers: str) -> Reply:
    """One wrong key, now in the body, now in the header."""
    route = ROUTES[number % len(ROUTES)]
    wrong = f"slv_{number:038d}"
    raw = json.dumps({**route.fields} if route is CHAT else route.body(wrong)).encode()
    return stage.ask(route.request(wrong, raw, *headers))


def test_guessing_is_slowed_and_the_owner_is_not_locked_out(guarded: Stage) -> None:
    """After so many wrong keys the address gets 429 with Retry-After, and the right key still works."""
    with harmless(guarded):
        spoofed = [
            _guess(guarded, n, f"X-Forwarded-For: 1.2.3.{n}", f"Forwarded: for=1.2.3.{n}") for n in range(40)
        ]
        assert [reply.status for reply in spoofed].count(429) == 40 - LIMIT
        assert {reply.status for reply in spoofed[:LIMIT]} == {401, 403}
        for number, reply in enumerate(spoofed[LIMIT:], LIMIT):
            no(reply, ROUTES[number % len(ROUTES)].dialect, 429)
            assert 50 <= int(reply.headers["retry-after"]) <= 60
        assert guarded.balance() > 0
        assert guarded.ask(_models(guarded.key)).status == 200


def _models(key: str, *headers: str) -> bytes:
    lines = ["GET /v1/models HTTP/1.1", "Host: x", f"Authorization: Bearer {key}", *headers, "", ""]
    return "\r\n".join(lines).encode()


def test_each_client_of_a_trusted_proxy_guesses_for_itself(behind_proxy: Stage) -> None:
    """The last address that is no proxy counts; what the client wrote before it does not."""
    with harmless(behind_proxy):
        for attempt in range(LIMIT):
            lie = f"X-Forwarded-For: 9.9.9.{attempt}, 203.0.113.7, 10.1.2.3"
            assert _guess(behind_proxy, attempt, lie).status in {401, 403}
        for told in ("203.0.113.7", "evil, 203.0.113.7", "1.1.1.1,203.0.113.7:4711,10.0.0.9"):
            assert _guess(behind_proxy, 0, f"X-Forwarded-For: {told}").status == 429
        two = ("X-Forwarded-For: 8.8.8.8", "X-Forwarded-For: 203.0.113.7")
        assert _guess(behind_proxy, 0, *two).status == 429
        assert _guess(behind_proxy, 0, "X-Forwarded-For: 203.0.113.8").status == 403
        assert _guess(behind_proxy, 0, "X-Forwarded-For: [2001:db8::1]:80").status == 403
        assert behind_proxy.ask(_models(behind_proxy.key, "X-Forwarded-For: 203.0.113.7")).status == 200


@pytest.mark.parametrize("where", ["guarded", "behind_proxy"])
def test_a_key_bound_to_a_network_is_bound_to_the_real_address(
    where: str, request: pytest.FixtureRequest
) -> None:
    """X-Forwarded-For opens a bound key only where a trusted proxy says it, and only its own word."""
    stage: Stage = request.getfixturevalue(where)
    stage.service.command("user", "add", "bound@example.org", "--plan", "Престиж")
    made = stage.service.command("key", "create", "bound@example.org", "--networks", "203.0.113.0/24")
    stage.keys.append(made["key"])
    asked = {
        "203.0.113.9": 200,
        "203.0.113.9, 10.0.0.1": 200,
        "203.0.113.9, 198.51.100.1": 403,
        "198.51.100.1": 403,
        "": 403,
        "nonsense, ,": 403,
        "203.0.113.9, nonsense": 403,
        "203.0.113.9\t,": 403,
    }
    for told, status in asked.items():
        reply = stage.ask(_models(made["key"], f"X-Forwarded-For: {told}", "X-Real-IP: 203.0.113.9"))
        assert reply.status == (status if where == "behind_proxy" else 403), told


@pytest.mark.parametrize("route", [*CREATES, CHAT], ids=lambda route: route.path)
def test_no_more_than_the_limit_passes_in_a_window(guarded: Stage, route: object) -> None:
    """Of thirty calls at once on a plan of five a minute five pass; the rest is free and told when."""
    create = next(known for known in ROUTES if known is route)
    guarded.service.command("plan", "set", f"Пять {create.path}", "--daily", "100", "--rpm", "5")
    key = guarded.account(100, f"Пять {create.path}")
    before = guarded.balance(key)
    raw = create.request(key, json.dumps(create.body(key)).encode())
    with ThreadPoolExecutor(10) as pool:
        replies = list(pool.map(lambda _: guarded.ask(raw), range(30)))
    refused = [reply for reply in replies if reply.status != 200]
    assert len(refused) == 25
    for reply in refused:
        no(reply, create.dialect, 429)
        assert 58 <= int(reply.headers["retry-after"]) <= 60
    assert guarded.balance(key) == before - 5 * 2
