"""Attacks by the thousand on one service: what chance makes of keys, fields, requests and JSON."""

import json
import random
import string
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from tests.wire.hostile_mutations import calm, calm_to_the_end, mutate
from tests.wire.hostile_stage import CANARY, MEMORY_MB, ROUTES, Reply, Route, Stage, stage

from faults.row import Order, Outcome

_BATCH = 250
_SAME_TIME_S = 0.002
_LIMITS: dict[str, Any] = {"header_timeout_s": 2, "body_timeout_s": 2, "bad_keys_per_minute": 0}
_CREDIT = 50_000_000
Attack = Callable[[Stage, random.Random, Outcome], None]


def attacked(batch: Attack) -> Callable[[Order], Outcome]:
    """A row's run: batches of the attack until the volume, each with a seed of its own.

    After each, what was accepted is paid and nothing else, the memory is what it was, the log is clean.
    """

    def run(order: Order) -> Outcome:
        outcome = Outcome(0)
        with stage(order.folder, **_LIMITS) as target:
            target.service.command("credit", "operator@localhost", str(_CREDIT), "--reason", "test")
            target.account(requests=10)
            while outcome.volume < order.volume and order.in_time:
                chance = random.Random(f"{order.seed}-{outcome.volume}")
                with _unharmed(target, outcome):
                    batch(target, chance, outcome)
                outcome.volume += _BATCH
            outcome.also["without ASGI"] = _direct(target)
        return outcome

    return run


def _direct(target: Stage) -> int:
    """How many requests the service took without ASGI, its heads being known."""
    told = target.ask(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").body.decode()
    return int(float(told.partition("\nslovomat_http_direct ")[2].split()[0]))


@contextmanager
def _unharmed(target: Stage, outcome: Outcome) -> Iterator[None]:
    memory_mb = target.memory_mb()
    yield
    target.upstream.forget()
    grown = target.memory_mb() - memory_mb
    outcome.check(grown < MEMORY_MB, f"the memory has grown by {grown:.0f} MB")
    target.log_is_clean()


@contextmanager
def _paid_exactly(target: Stage, outcome: Outcome) -> Iterator[list[tuple[Route, Reply]]]:
    """Notes what was accepted; at the end of the block that is what has been paid."""
    before, accepted = target.balance(), list[tuple[Route, Reply]]()
    yield accepted
    for route, reply in accepted:
        target.finish(route, reply)
    paid = before - target.balance()
    outcome.check(paid == 2 * len(accepted), f"{len(accepted)} calls were accepted and {paid} requests paid")


# Keys


def keys(target: Stage, chance: random.Random, outcome: Outcome) -> None:
    """Keys that are nearly one of the service's: none opens anything, and no kind of them takes longer."""
    times: dict[str, list[float]] = {"near": [], "far": []}
    before = target.balance()
    with target.wire() as wire:
        for _ in range(_BATCH):
            kind = chance.choice(sorted(times))
            key = _near(target.keys, chance) if kind == "near" else _text(chance, chance.randint(1, 60))
            if key in target.keys:
                continue
            route = chance.choice(ROUTES[:-1])
            reply = wire.send(route.request("", json.dumps(route.body(key)).encode())).reply()
            outcome.check(reply.status in {400, 403}, f"{key!r} is answered {reply.status} by {route.path}")
            times[kind].append(reply.took_s)
    near, far = (median(taken) for taken in times.values())
    outcome.check(abs(near - far) < _SAME_TIME_S, f"near keys take {near:.5f} s, others {far:.5f} s")
    outcome.check(target.balance() == before, "a wrong key has cost something")


def _near(known: list[str], chance: random.Random) -> str:
    key, other = chance.choice(known), chance.choice(known)
    at, length = chance.randrange(len(key)), chance.randint(1, 4)
    return chance.choice(
        [
            key[:at],
            key[at:],
            key[:at] + chance.choice(string.ascii_letters + string.digits) + key[at + 1 :],
            key[:at] + key[at].swapcase() + key[at + 1 :],
            key[:at] + _text(chance, length) + key[at:],
            key[:at] + other[at:],
            key[:at] + chance.choice("*%_?") + key[at + length :],
            key[:at] + key[at + length :],
            key.replace(key[at], chance.choice("аеорсхАВЕ")),
            "".join(chance.sample(key, len(key))),
        ]
    )


def _text(chance: random.Random, length: int) -> str:
    return "".join(
        chr(chance.choice([*range(1, 127), 0xA0, 0x200B, 0x430, 0xFF21, 0x1F511])) for _ in range(length)
    )


# Requests


def requests(target: Stage, chance: random.Random, outcome: Outcome) -> None:
    """Two mutated requests on a connection, sometimes behind a good one, whose head is then known: whole
    answers, then its end."""
    del outcome
    for _ in range(_BATCH):
        route = chance.choice(ROUTES)
        body = json.dumps(route.body("slv_nobody")).encode()
        marks = [f"User-Agent: {CANARY}", "Idempotency-Key: k"][: chance.randint(1, 2)]
        data = route.request("slv_nobody", body, *marks)
        with target.wire() as wire:
            if chance.random() < 0.5:
                calm(wire.send(data).reply())
            wire.send(mutate(data, chance) + mutate(data, chance)).half_close()
            calm_to_the_end(wire)


# Bodies

_CODE = (
    "' OR '1'='1", "'; DROP TABLE accounts; --", '" UNION SELECT hash FROM api_keys --', "1) OR (1=1",
    "%27%20OR%201=1", "{{7*7}}", "{% raw %}", "${7*7}", "#{7*7}", "{site.__class__.__mro__}", "%(secret)s %s",
    "\r\nX-Injected: 1", '\n{"event": "forged"}', "\x1b[2J", "$(id)", "`id`", "../../../../etc/passwd",
    "sleep(5)", "1; SELECT pg_sleep(5)", "randomblob(1000000000)", "<script>", "\\u0000", "__proto__",
)  # fmt: skip
_HEADERS = (
    "Idempotency-Key",
    "Accept-Language",
    "User-Agent",
    "X-Request-Id",
    "X-Forwarded-For",
    "Origin",
    "Cookie",
)
_SHOWN = (b"sqlite", b"psycopg", b"asyncpg", b"syntax error", b"Traceback", b"jinja", b"root:")


def injections(target: Stage, chance: random.Random, outcome: Outcome) -> None:
    """Code in fields and headers stays text: refused, or generated from and paid as such."""
    with _paid_exactly(target, outcome) as accepted:
        for number in range(_BATCH):
            route = chance.choice(ROUTES)
            body: dict[str, Any] = route.body(target.key)
            for name in chance.sample(sorted(body), chance.randint(1, len(body))):
                text = "".join(chance.choices(_CODE, k=chance.randint(1, 3)))
                body[name] = chance.choice([text, {text: None}, [text], {"$ne": text}, f"{CANARY}{text}"])
            value = chance.choice(_CODE).translate({13: None, 10: None, 27: None})
            header = f"{chance.choice(_HEADERS)}: {value}{number if 'sleep' in value else ''}"
            reply = target.post(route, body, header)
            calm(reply)
            told = next((word for word in _SHOWN if word in reply.body), None)
            outcome.check(told is None, f"{route.path} tells {told!r} of {body}")
            outcome.check("x-injected" not in reply.headers, f"a header was injected: {header}")
            if route.paid and reply.status == 200 and "idempotent-replayed" not in reply.headers:
                accepted.append((route, reply))


_NUMBERS = (
    b"NaN",
    b"-Infinity",
    b"1e400",
    b"7" * 5_000,
    b"-0",
    b"1e-9999",
    b"01",
    b"0x1",
    b"18446744073709551616",
)
_TEXTS = (b'"\\ud800"', b'"\xff"', b'"\x00"', b'"' + b"a" * 100_000 + b'"', b'"\\u0000"', b"'x'", b'"\\x"')


def bodies(target: Stage, chance: random.Random, outcome: Outcome) -> None:
    """JSON of any shape, and what is nearly JSON."""
    with _paid_exactly(target, outcome) as accepted, target.wire() as wire:
        for _ in range(_BATCH):
            route = chance.choice(ROUTES)
            body = _bytes(_shaken(route.body(target.key), chance), chance)
            if chance.random() < 0.2:
                body = mutate(body, chance)
            reply = wire.send(route.request(target.key, body)).reply()
            calm(reply)
            if route.paid and reply.status == 200 and "idempotent-replayed" not in reply.headers:
                accepted.append((route, reply))


def _shaken(body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """One field is another value, some are new, some are gone."""
    shaken = dict(body)
    for name in chance.sample(sorted(body), chance.randint(0, len(body))):
        shaken[name] = _value(chance, 4)
    for _ in range(chance.randint(0, 3)):
        shaken[
            chance.choice(["n", "stream", "tools", "stop", "model", "mode", "user", "x", "idempotency_key"])
        ] = _value(chance, 4)
    if chance.random() < 0.2:
        shaken.pop(chance.choice(sorted(shaken)))
    return shaken


def _value(chance: random.Random, depth: int) -> Any:
    kind = chance.randrange(10 if depth else 7)
    if kind >= 7:
        values = [_value(chance, depth - 1) for _ in range(chance.randrange(4))]
        return values if kind == 7 else {f"k{at}": value for at, value in enumerate(values)}
    plain: list[Any] = [None, True, chance.randint(-9, 9), chance.random() * 1e6, "", CANARY, 1 << 63]
    return plain[kind]


def _bytes(body: Any, chance: random.Random) -> bytes:
    """As JSON; now and then with something in it that is none, or far too deep."""
    data = json.dumps(body, ensure_ascii=chance.random() < 0.5).encode()
    odd = chance.random()
    if odd < 0.15:
        data = data[:-1] + b', "odd": ' + chance.choice(_NUMBERS + _TEXTS) + b"}"
    elif odd < 0.2:
        depth = chance.choice([60, 64, 65, 200_000])
        data = data[:-1] + b', "deep": ' + b"[" * depth + b"]" * depth + b"}"
    elif odd < 0.25 and len(data) > 2:
        data = data[:-1] + b", " + data[1:]
    elif odd < 0.28:
        data = data.decode().encode(chance.choice(["utf-16", "utf-32", "utf-8-sig"]))
    return data
