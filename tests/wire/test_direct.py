"""The direct way past ASGI, which whole requests take under a head that was read before."""

import json
import re
import time
from collections.abc import Iterator

import pytest

from tests.wire.hostile_stage import CHAT, CREATES, ROUTES, Reply, Route, Stage, Wire, stage

OVER_ASGI, DIRECT = "asgi", "direct"
BODY_MAX_BYTES = 20_000
SETTINGS = {"bad_keys_per_minute": 0, "body_max_bytes": BODY_MAX_BYTES}
each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
BALANCE = ROUTES[2]


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Stage]]:
    """Two services that differ in nothing else, each with a customer who has 1,000 requests."""
    with (
        stage(tmp_path_factory.mktemp("asgi"), direct=False, **SETTINGS) as asgi,
        stage(tmp_path_factory.mktemp("direct"), direct=True, **SETTINGS) as direct,
    ):
        for made in (asgi, direct):
            made.key = made.account(requests=1000)
        yield {OVER_ASGI: asgi, DIRECT: direct}


@pytest.fixture(params=[DIRECT, OVER_ASGI])
def target(ways: dict[str, Stage], request: pytest.FixtureRequest) -> Stage:
    """Either of them: what holds for the one holds for the other."""
    found: Stage = ways[request.param]
    return found


@pytest.fixture
def direct(ways: dict[str, Stage]) -> Stage:
    """The one that answers directly."""
    return ways[DIRECT]


def alike(reply: Reply) -> tuple[int, list[tuple[str, str]], bytes]:
    """The answer without what differs between any two."""
    own = {"date", "x-request-id", "x-ratelimit-reset-requests"}
    headers = [(name, "" if name in own else value) for name, value in reply.headers.items()]
    body = re.sub(rb'"(request_id|id|created)": ?("[^"]*"|\d+)', rb'"\1":0', reply.body)
    return reply.status, headers, re.sub(rb"127\.0\.0\.1:\d{5}", b"site", body)


def raw(route: Route, key: str, *headers: str, **fields: object) -> bytes:
    """A good request, as bytes."""
    return route.request(key, json.dumps(route.body(key, **fields)).encode(), *headers)


def chat(key: str, text: str = "x", *headers: str, stream: bool = False) -> bytes:
    """A chat call."""
    return raw(CHAT, key, *headers, messages=[{"role": "user", "content": text}], stream=stream)


def balance(key: str, *headers: str) -> bytes:
    """A question for the balance."""
    return raw(BALANCE, key, *headers)


def three_times(wire: Wire, data: bytes) -> list[Reply]:
    """One connection: the first may have to be parsed, those after it are known."""
    return [wire.send(data).reply() for _ in range(3)]


def same_on_both_ways(ways: dict[str, Stage], requests: dict[str, bytes]) -> list[Reply]:
    """Holds that the answers are the same on both services; those of the direct one."""
    told = {}
    for way, made in ways.items():
        with made.wire() as wire:
            told[way] = three_times(wire, requests[way])
    assert [alike(reply) for reply in told[DIRECT]] == [alike(reply) for reply in told[OVER_ASGI]]
    return told[DIRECT]


@each_route
@pytest.mark.parametrize("stream", [False, True])
def test_answers_are_the_same_on_both_ways(ways: dict[str, Stage], route: Route, stream: bool) -> None:
    """Status, headers in their order, and body, but for date, ids and the clock."""
    requests = {}
    for way, made in ways.items():
        fields: dict[str, object] = {"stream": True} if stream and route is CHAT else {}
        if route.id is not None:
            create = next(create for create in CREATES if create.dialect == route.dialect)
            job = made.generate(create, create.body(made.key)).json
            fields = {route.id: job["request_id" if route.dialect == "textbot" else "id"]}
        requests[way] = raw(route, made.key, **fields)
    for reply in same_on_both_ways(ways, requests):
        assert reply.status == 200


@each_route
@pytest.mark.parametrize("body", [b"{", b"[]", b"", b"\xff", b'{"key": 5, "messages": 5}'])
def test_refused_bodies_are_refused_the_same(ways: dict[str, Stage], route: Route, body: bytes) -> None:
    """In the dialect's own form, and the connection stays."""
    replies = same_on_both_ways(ways, {way: route.request(made.key, body) for way, made in ways.items()})
    assert {reply.status for reply in replies} == {400}


@each_route
@pytest.mark.parametrize("key", ["slv_unknown", "", "ключ"])
def test_unknown_keys_are_refused_the_same(ways: dict[str, Stage], route: Route, key: str) -> None:
    """A key that is none."""
    for reply in same_on_both_ways(ways, dict.fromkeys(ways, raw(route, key))):
        assert reply.status in {400, 401, 403}


@pytest.mark.parametrize("route", [*CREATES, CHAT], ids=lambda route: route.path)
def test_low_balances_are_refused_the_same(ways: dict[str, Stage], route: Route) -> None:
    """Nothing is left, nothing is taken."""
    nothing = ("--daily", "0", "--rpm", "0", "--dialects", "textbot,chatinfo,openai")
    for made in ways.values():
        made.service.command("plan", "set", "Пустой", *nothing)
    requests = {way: raw(route, made.account(plan="Пустой")) for way, made in ways.items()}
    for reply in same_on_both_ways(ways, requests):
        assert reply.status in {402, 403, 429}
        assert b"done" not in reply.body


@each_route
def test_large_bodies_are_refused_the_same(ways: dict[str, Stage], route: Route) -> None:
    """One byte over the limit is too much, though it came in one piece."""
    for size, statuses in ((BODY_MAX_BYTES, {400}), (BODY_MAX_BYTES + 1, {413})):
        for made in ways.values():
            for _ in range(3):
                assert made.post(route, b"[" + b" " * (size - 1)).status in statuses


@each_route
def test_other_methods_are_not_taken_for_a_known_post(ways: dict[str, Stage], route: Route) -> None:
    """HEAD, OPTIONS, GET and PUT on the path of a known head are answered as they are without it."""
    for method in ("HEAD", "OPTIONS", "GET", "PUT"):
        told = {}
        for way, made in ways.items():
            data = raw(route, made.key)
            with made.wire() as wire:
                three_times(wire, route.request(made.key, b"{"))
                told[way] = alike(wire.send(data.replace(b"POST", method.encode(), 1)).reply(method))
                assert wire.send(balance(made.key)).reply().status == 200
        assert told[DIRECT] == told[OVER_ASGI]


@pytest.mark.parametrize("at", [1, 20, -1, -5])
def test_a_known_head_whose_body_comes_later(target: Stage, at: int) -> None:
    """In two pieces, cut in its head or in its body: one answer, and the next one is direct again."""
    data = balance(target.key)
    with target.wire() as wire:
        three_times(wire, data)
        wire.send(data[:at])
        time.sleep(0.02)  # so that the pieces come apart
        assert "balance" in wire.send(data[at:]).reply().json
        assert [reply.status for reply in three_times(wire, data)] == [200] * 3


def test_a_new_connection_may_begin_with_a_known_head(target: Stage) -> None:
    """What one connection has learnt serves all; each has the same answer."""
    data = balance(target.key, "X-Known: yes")
    assert len({target.ask(data).body for _ in range(3)}) == 1


# Pipelines


def test_two_requests_in_one_packet(target: Stage) -> None:
    """Known heads both: two answers, in order."""
    first, second = balance(target.key), raw(ROUTES[5], target.key)
    with target.wire() as wire:
        for data in (first, second):
            three_times(wire, data)
        for _ in range(5):
            wire.send(first + second)
            told = [set(wire.reply().json) & {"balance", "units"} for _ in range(2)]
            assert told == [{"balance"}, {"units"}]
            assert "balance" in wire.send(first).reply().json


def test_a_request_while_a_direct_one_is_under_way(target: Stage) -> None:
    """It waits for its turn, whatever it is: known, unknown, in pieces, or broken."""
    behind = [
        balance(target.key),
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        raw(BALANCE, "slv_wrong"),
        chat("slv_wrong"),
    ]
    name = f"under-way-{id(target)}"
    with target.wire() as wire, target.upstream.held(name):
        three_times(wire, chat("slv_wrong"))
        three_times(wire, chat(target.key))
        wire.send(chat(target.key, f"[[id:{name}]] [[gate]]"))
        target.upstream.call(name)
        for data in behind:
            wire.send(data[:30])
            wire.send(data[30:])
        target.upstream.open_gate(name)
        assert wire.reply().json["choices"]
        assert [wire.reply().status for _ in behind] == [200, 200, 403, 401]
        assert wire.send(balance(target.key)).reply().status == 200
        assert wire.send(b"nonsense\r\n\r\n").reply().status == 400
        assert wire.ended()


def test_two_hundred_requests_both_ways_mixed(target: Stage) -> None:
    """Each has its own answer, in order, however they are cut into packets."""
    kinds = [
        (balance(target.key), 200),
        (chat("slv_wrong"), 401),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        (BALANCE.request("", b"{"), 400),
        (raw(BALANCE, "slv_wrong"), 403),
    ]
    for size in (1, 2, 3, 7, 50, 200):
        with target.wire() as wire:
            order = [kinds[number * number % 5] for number in range(200)]
            for start in range(0, 200, size):
                wire.send(b"".join(data for data, _ in order[start : start + size]))
            assert [wire.reply().status for _ in order] == [status for _, status in order]
