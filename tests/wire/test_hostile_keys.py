"""Keys that are not quite keys, headers that are not quite keys' headers, guessing, other people's jobs."""

import json
from collections.abc import Iterator
from statistics import median

import pytest

from tests.wire.hostile_stage import CHAT, CREATES, POLLS, ROUTES, Reply, Route, Stage, harmless, no, stage


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One service for this file; two accounts."""
    with stage(tmp_path_factory.mktemp("hostile"), bad_keys_per_minute=0) as made:
        made.account(requests=10)
        yield made


@pytest.fixture
def target(running: Stage) -> Iterator[Stage]:
    """The same; what a test does to it costs nothing."""
    with harmless(running) as made:
        yield made


each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)


def _near(key: str, other: str) -> dict[str, str]:
    """What is almost this key."""
    return {
        "prefix alone": "slv_",
        "without its prefix": key[4:],
        "without its end": key[:-1],
        "without its checksum": key[:-6],
        "first twenty": key[:20],
        "lower case": key.lower(),
        "upper case": key.upper(),
        "swapped case": key.swapcase(),
        "one more": key + "0",
        "twice": key * 2,
        "two keys": f"{key},{other}",
        "a twin": key[:10] + ("A" if key[10] != "A" else "B") + key[11:],
        "swapped ends": key[:20] + other[20:],
        "another's checksum": key[:-6] + other[-6:],
        "reversed": key[::-1],
        "star": "*",
        "prefix and star": f"{key[:8]}*",
        "percent": "slv_%",
        "underscores": "slv_" + "_" * 38,
        "question marks": "slv_" + "?" * 38,
        "NUL behind": key + "\x00",
        "NUL inside": key[:12] + "\x00" + key[12:],
        "newline behind": key + "\n",
        "space before": " " + key,
        "space behind": key + " ",
        "tab behind": key + "\t",
        "zero width inside": key[:12] + "\u200b" + key[12:],
        "Cyrillic letters": key.replace("a", "а").replace("e", "е").replace("s", "ѕ"),
        "full width": key.translate({i: i + 0xFEE0 for i in range(33, 127)}),
        "control characters": "".join(map(chr, range(32))),
        "empty": "",
        "blank": "   ",
        "null": "null",
        "true": "true",
        "object": '{"$ne": null}',
        "SQL": "' OR '1'='1' --",
        "UNION": "slv_' UNION SELECT 1,2,3 --",
        "Bearer": f"Bearer {key}",
        "quoted": f'"{key}"',
        "100,000 characters": "slv_" + "a" * 100_000,
        "an emoji": "🔑" * 21,
    }


NEAR = list(_near("slv_" + "x" * 38, "slv_" + "y" * 38))


@pytest.mark.parametrize("name", NEAR)
def test_what_is_almost_a_key_is_none(target: Stage, name: str) -> None:
    """A body key is taken exactly as it was given out, in every route of the job dialects."""
    near = _near(*target.keys[:2])[name]
    for route in ROUTES[:-1]:
        no(target.post(route, route.body(near)), route.dialect, 403)


HEADER_KEYS = [name for name in NEAR if name not in {"Bearer", "space before", "space behind", "tab behind"}]


@pytest.mark.parametrize("name", HEADER_KEYS)
@pytest.mark.parametrize("scheme", ["Bearer ", ""])
def test_what_is_almost_a_key_opens_no_chat(target: Stage, name: str, scheme: str) -> None:
    """The same for the header, with and without its scheme; what HTTP forbids there is a 400 or 431."""
    near = _near(*target.keys[:2])[name]
    raw = (
        f"POST {CHAT.path} HTTP/1.1\r\nHost: x\r\nAuthorization: {scheme}{near}\r\nContent-Length: 0\r\n\r\n"
    )
    reply = target.ask(raw.encode())
    broken = any(ord(char) < 32 for char in near)
    no(reply, "openai", *((400, 401) if broken else (401,) if len(near) < 60_000 else (431,)))


def _with(target: Stage, *lines: str) -> Reply:
    head = "\r\n".join(["GET /v1/models HTTP/1.1", "Host: x", *lines, "", ""])
    return target.ask(head.encode("utf-8"))


def test_the_scheme_may_be_written_in_any_way(target: Stage) -> None:
    """`Bearer` in any case, more than one space, a tab behind, or the bare key: all are the key."""
    key = target.key
    good = (
        "Bearer {}",
        "bearer {}",
        "BEARER {}",
        "bEaReR {}",
        "Bearer  {}",
        "Bearer     {} ",
        "{}",
        "  {}\t",
    )
    for form in good:
        assert _with(target, f"Authorization: {form.format(key)}").status == 200, form
        assert _with(target, f"AUTHORIZATION:{form.format(key)}").status == 200, form


BAD_SCHEMES = [
    "",
    " ",
    "Bearer",
    "Bearer ",
    "Bearer: {}",
    "Bearer\u00a0{}",
    "Bearer,{}",
    "Basic {}",
    "Token {}",
]
BAD_SCHEMES += ["Bearer Bearer {}", "Bearer {} x", "Bearer {},{}", "Bearer={}", "Digest {}", "{} {}", "x{}"]


@pytest.mark.parametrize("form", BAD_SCHEMES)
def test_another_scheme_is_no_key(target: Stage, form: str) -> None:
    """Nothing else around the key is taken away."""
    no(_with(target, f"Authorization: {form.format(target.key, target.key)}"), "openai", 401)


def test_two_headers_of_which_one_has_the_key_are_refused(target: Stage) -> None:
    """Which of two would count is nobody's guess."""
    good, bad = f"Authorization: Bearer {target.key}", "Authorization: Bearer x"
    for pair in ((good, bad), (bad, good), (good, good)):
        no(_with(target, *pair), "openai", 400)


@pytest.mark.parametrize(
    "header", ["X-API-Key", "Api-Key", "Key", "Proxy-Authorization", "Cookie", "X-Authorization"]
)
def test_a_key_in_another_header_is_no_key(target: Stage, header: str) -> None:
    """Only Authorization is looked at."""
    no(_with(target, f"{header}: {target.key}", f"{header}: Bearer {target.key}"), "openai", 401)
    no(target.ask(f"GET /v1/models?key={target.key} HTTP/1.1\r\nHost: x\r\n\r\n".encode()), "openai", 401)
    for route in ROUTES[:-1]:
        body = json.dumps({**route.fields}).encode()
        reply = target.ask(
            route.request("", body, f"{header}: {target.key}", f"Authorization: Bearer {target.key}")
        )
        assert "key" in no(reply, route.dialect, 400)


IDEMPOTENCY = {
    "empty": "",
    "256 characters": "k" * 256,
    "60,000 characters": "k" * 60_000,
    "a tab": "a\tb",
    "no-break space": "a\u00a0b",
    "zero width": "a\u200bb",
    "direction": "a\u202eb",
    "line separator": "a\u2028b",
    "private use": "\ue000",
}


@pytest.mark.parametrize("name", IDEMPOTENCY)
@pytest.mark.parametrize("route", [*CREATES, CHAT], ids=lambda route: route.path)
def test_an_idempotency_key_beyond_the_rule_is_refused(target: Stage, route: Route, name: str) -> None:
    """Empty, longer than 255, or with characters that do not print: 400, free, in header and body."""
    reply = target.post(route, route.body(target.key), f"Idempotency-Key: {IDEMPOTENCY[name]}")
    no(reply, route.dialect, 400)
    if route.dialect != "openai":
        no(target.post(route, route.body(target.key, idempotency_key=IDEMPOTENCY[name])), route.dialect, 400)
        odd_ones: list[object] = [1, True, [], {"$ne": None}, "a\x00b", "a\nb"]
        for odd in odd_ones:
            no(target.post(route, route.body(target.key, idempotency_key=odd)), route.dialect, 400)


@pytest.mark.parametrize("key", ["k" * 255, "ключ", "' OR 1=1 --", "%s{}", "é", "a b"])
@pytest.mark.parametrize("route", [*CREATES, CHAT], ids=lambda route: route.path)
def test_an_odd_but_printable_idempotency_key_is_one(running: Stage, route: Route, key: str) -> None:
    """Any printable key works, once per account, and another account has its own."""
    before = running.balance()
    first = running.generate(route, route.body(running.key), f"Idempotency-Key: {route.dialect}{key}"[:272])
    again = running.post(route, route.body(running.key), f"Idempotency-Key: {route.dialect}{key}"[:272])
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json == first.json
    assert running.balance() == before - 2


@pytest.mark.parametrize("route", POLLS, ids=lambda route: route.path)
def test_the_job_of_another_account_does_not_exist(running: Stage, route: Route) -> None:
    """A stranger's poll of a real id is, byte for byte, the poll of an id that nobody has; and as quick."""
    create = next(create for create in CREATES if create.dialect == route.dialect)
    accepted = running.generate(create, create.body(running.key))
    job = accepted.json["request_id" if route.dialect == "textbot" else "id"]
    stranger = running.keys[1]
    times: dict[int, list[float]] = {job: [], job + 1_000_000: []}
    bodies = set()
    with running.wire() as wire:
        for _ in range(100):
            for asked, taken in times.items():
                body = json.dumps(route.body(stranger, **{str(route.id): asked})).encode()
                reply = wire.send(route.request("", body)).reply()
                assert reply.status == 404
                bodies.add(reply.body)
                taken.append(reply.took_s)
    assert len(bodies) == 1
    real, unknown = (median(taken) for taken in times.values())
    assert abs(real - unknown) < 0.002
    assert running.balance(stranger) == 100 + 10


def test_a_wrong_key_takes_as_long_as_another(target: Stage) -> None:
    """A twin of a real key, an unknown one and a mistyped one cannot be told by the clock (2 ms)."""
    near = _near(*target.keys[:2])
    times: dict[str, list[float]] = {near["a twin"]: [], near["another's checksum"]: [], "x": []}
    with target.wire() as wire:
        for _ in range(100):
            for key, taken in times.items():
                raw = ROUTES[2].request("", json.dumps({"key": key}).encode())
                taken.append(wire.send(raw).reply().took_s)
    medians = [median(taken) for taken in times.values()]
    assert max(medians) - min(medians) < 0.002
