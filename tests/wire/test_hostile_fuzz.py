"""Seeded mutations of good requests: whatever comes out, no 5xx, no false charge, no word in the log."""

import json
import random
from collections.abc import Iterator

import pytest

from tests.wire.hostile_mutations import calm, calm_to_the_end, good_body, mutate
from tests.wire.hostile_stage import CANARY, MEMORY_MB, ROUTES, Stage, stage

BODIES, REQUESTS, PARTS = 1_000, 500, 4


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A service with a rich account, that waits for nobody."""
    limits = {"header_timeout_s": 2, "body_timeout_s": 2, "bad_keys_per_minute": 0}
    with stage(tmp_path_factory.mktemp("hostile"), **limits) as made:
        made.service.command("credit", "operator@localhost", "100000", "--reason", "test")
        yield made


@pytest.mark.parametrize("seed", range(PARTS))
def test_mutated_bodies_are_answered_and_paid_exactly(running: Stage, seed: int) -> None:
    """A quarter of a thousand bodies: every accepted one costs 2 requests, every other nothing."""
    chance = random.Random(seed)  # noqa: S311 - a seed that can be repeated
    before, memory_mb, accepted = running.balance(), running.memory_mb(), []
    with running.wire() as wire:
        for _ in range(BODIES // PARTS):
            route = chance.choice(ROUTES)
            body = mutate(good_body(route, running.key, chance), chance)
            reply = wire.send(route.request(running.key, body)).reply()
            calm(reply)
            if route.paid and reply.status == 200:
                accepted.append((route, reply))
    for route, reply in accepted:
        running.finish(route, reply)
    assert before - running.balance() == 2 * len(accepted)
    assert running.memory_mb() < memory_mb + MEMORY_MB
    running.log_is_clean()
    running.books()


@pytest.mark.parametrize("seed", range(PARTS))
def test_mutated_requests_are_answered_or_closed(running: Stage, seed: int) -> None:
    """An eighth of a thousand raw requests: each gets whole answers or a clean end, and others are served."""
    chance = random.Random(1_000 + seed)  # noqa: S311 - a seed that can be repeated
    memory_mb = running.memory_mb()
    for _ in range(REQUESTS // PARTS):
        route = chance.choice(ROUTES)
        body = json.dumps(route.body(running.key)).encode()
        data = route.request(running.key, body, "Idempotency-Key: k", f"User-Agent: {CANARY}")
        with running.wire() as wire:
            wire.send(mutate(data, chance) + mutate(data, chance)).half_close()
            calm_to_the_end(wire)
    assert running.balance() > 0
    assert running.memory_mb() < memory_mb + MEMORY_MB
    running.log_is_clean()
    running.books()
