"""The clock jumps in a live process: the allowance stays one a day, leases and limits stay unharmed."""

import struct
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from slovomat.env import SystemEnv
from tests.wire.chaos_upstream import ChaosUpstream
from tests.wire.customers import Customer
from tests.wire.deadline import until
from tests.wire.jumping_server import FORMAT, VARIABLE
from tests.wire.service import Service

MOSCOW = ZoneInfo("Europe/Moscow")
DAILY = 20
HOUR = timedelta(hours=1)


class JumpingService(Service):
    """A service whose wall clock is where the test sets it."""

    program = (str(Path(__file__).with_name("jumping_server.py")),)

    def __init__(self, data: Path, upstream_url: str, **settings: object) -> None:
        super().__init__(data, upstream_url, **settings)
        self._offset = data.parent / "offset"
        self._offset.write_bytes(struct.pack(FORMAT, 0))
        self._env[VARIABLE] = str(self._offset)
        self._offset_ms = 0

    def now(self) -> datetime:
        """What the service takes for now."""
        moment_ms = SystemEnv().now_ms() + self._offset_ms
        return datetime.fromtimestamp(moment_ms / 1000, MOSCOW)

    def jump(self, by: timedelta) -> None:
        """Sets the clock."""
        self._offset_ms += int(by / timedelta(milliseconds=1))
        with self._offset.open("r+b") as file:
            file.write(struct.pack(FORMAT, self._offset_ms))

    def jump_to(self, moment: datetime) -> None:
        """Sets the clock to a moment."""
        self.jump(moment - self.now())


@pytest.fixture
def service(tmp_path: Path, chaos: ChaosUpstream) -> Iterator[JumpingService]:
    """A running one; its leases are short, and its log must be clean of faults."""
    with JumpingService(tmp_path / "data", chaos.url, lease_s=3, job_retry_wait_s=0.05) as running:
        running.jump_to(datetime(2026, 11, 22, 12, tzinfo=MOSCOW))
        yield running
    assert '"level": "error"' not in running.log


def customer(service: Service, email: str = "jumper@example.org", **limits: int) -> Customer:
    """One with a daily allowance and nothing else."""
    words = [word for name, value in limits.items() for word in (f"--{name}", str(value))]
    service.command("plan", "set", email, *words, "--dialects", "textbot,chatinfo,openai")
    return Customer(service.url, email, service.account(email, email))


def test_the_allowance_is_one_a_day_whatever_the_clock_does(service: JumpingService) -> None:
    """Twelve jumps over midnights, leap days and years, forth and back; on each day spending goes on
    from where that day was left, jobs and chats alike, and the books balance."""
    who = customer(service, daily=DAILY, rpm=0)
    jumps: list[timedelta | datetime] = [
        timedelta(hours=11, minutes=50),
        timedelta(minutes=20),
        timedelta(hours=24),
        timedelta(hours=-25),
        timedelta(hours=-24),
        timedelta(hours=49),
        datetime(2028, 2, 28, 23, 50, tzinfo=MOSCOW),
        timedelta(minutes=20),
        timedelta(hours=24),
        timedelta(hours=-24),
        datetime(2027, 12, 31, 23, 0, tzinfo=MOSCOW),
        timedelta(hours=2),
    ]
    left: Counter[str] = Counter()
    for jump in jumps:
        service.jump(jump) if isinstance(jump, timedelta) else service.jump_to(jump)
        day = service.now().date().isoformat()
        left.setdefault(day, DAILY)
        assert who.balance() == left[day], day
        assert who.ended(who.job("a job"))["status"] == "completed"
        assert who.chat("a chat").status_code == 200
        left[day] -= 4
        assert who.balance() == left[day], day
    audit = service.command("audit")
    assert (audit["ok"], audit["held"]) == (True, 0)
    assert audit["granted"] == DAILY * len(left)
    assert audit["spent"] == 4 * len(jumps)


def test_a_day_is_never_granted_twice(service: JumpingService) -> None:
    """Spent to the last request, it stays spent, how often so ever it comes again."""
    who = customer(service, daily=2, rpm=0)
    for jump, is_new in ((0, True), (24, True), (-24, False), (24, False), (-24, False)):
        service.jump(jump * HOUR)
        assert who.chat("all there is").status_code == (200 if is_new else 429)
        assert who.balance() == 0
    assert service.command("audit")["granted"] == 4


def test_jobs_under_way_survive_every_jump(service: JumpingService, chaos: ChaosUpstream, name: str) -> None:
    """Neither a lease that seems past nor one that seems hours ahead makes a job run twice or never."""
    who = customer(service, daily=DAILY, rpm=0)
    for number, jump in enumerate((25, -50, 400 * 24, -401 * 24)):
        call = f"{name}-{number}"
        with chaos.held(call):
            job = who.job(f"[[id:{call}]] [[gate]] done")
            chaos.call(call)
            service.jump(jump * HOUR)
            assert who.textbot("status", request_id=job).json()["status"] == "processing"
        assert who.ended(job)["status"] == "completed"
        assert chaos.count(call) == 1
    assert service.command("audit")["ok"]


def test_jobs_that_wait_survive_every_jump(service: JumpingService, chaos: ChaosUpstream, name: str) -> None:
    """A retry that was due before the clock was set back is not put off for as long as the jump was."""
    who = customer(service, daily=DAILY, rpm=0)
    for number, jump in enumerate((-25, 20, -1)):
        call = f"{name}-{number}"
        with chaos.held(call):
            job = who.job(f"[[id:{call}]] [[gate]] [[fault:500 times=1]] done")
            chaos.call(call)
            service.jump(jump * HOUR)
        assert who.ended(job)["status"] == "completed"
        assert chaos.count(call) == 2


def test_direct_calls_survive_every_jump(service: JumpingService, chaos: ChaosUpstream, name: str) -> None:
    """A hold that seems long past its time is not expired under a stream that lives."""
    who = customer(service, daily=DAILY, rpm=0)
    with chaos.held(name):
        answer = who.chat(f"[[id:{name}]] [[gate:middle]] slow", live=True, stream=True)
        pieces = answer.iter_content(None)
        next(pieces)
        service.jump(48 * HOUR)
        with who.hung_up(f"[[id:{name}]] [[gate]] seen by the next sweep"):
            until(lambda: "slovomat_holds_open 2.0" in who.get("/metrics").text, 15, "a sweep")
    assert b"".join(pieces).endswith(b"data: [DONE]\n\n")
    service.jump(-48 * HOUR)
    assert who.balance() == DAILY - 2
    assert service.command("audit")["ok"]


def test_rate_limits_do_not_see_the_clock(service: JumpingService) -> None:
    """A full window stays full after a jump forth, and nobody is barred after a jump back."""
    who = customer(service, daily=DAILY, rpm=3)
    assert [who.chat("x").status_code for _ in range(4)] == [200, 200, 200, 429]
    for jump in (48, -96):
        service.jump(jump * HOUR)
        refused = who.chat("x")
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limit_exceeded")
        assert 0 < int(refused.headers["Retry-After"]) <= 60


def test_another_time_zone_grants_no_day_twice(tmp_path: Path, chaos: ChaosUpstream) -> None:
    """After a start in another zone its date counts; back in the old one, the old day is as it was."""
    spent = Counter[str]()
    key = ""
    for zone in ("Europe/Moscow", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Moscow"):
        service = JumpingService(tmp_path / "data", chaos.url, time_zone=zone)
        with service:
            service.jump_to(datetime(2026, 11, 22, 13, 30, tzinfo=MOSCOW))
            if not key:
                key = customer(service, daily=DAILY, rpm=0).key
            who = Customer(service.url, "", key)
            day = service.now().astimezone(ZoneInfo(zone)).date().isoformat()
            assert who.balance() == DAILY - spent[day]
            assert who.chat("x").status_code == 200
            spent[day] += 2
    assert list(spent) == ["2026-11-22", "2026-11-23", "2026-11-21"]
    audit = service.command("audit")
    assert (audit["ok"], audit["granted"], audit["spent"]) == (True, 3 * DAILY, 8)
