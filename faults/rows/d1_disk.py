"""D1: the disk is full, read-only, or fails; or the process has no file descriptors left."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.wire.chaos_upstream import chaos_upstream
from tests.wire.customers import Customer
from tests.wire.deadline import until
from tests.wire.service import Service

from faults.disk import books, database, strace
from faults.disk.few_descriptors import VARIABLE
from faults.disk.patient import Patient
from faults.disk.small import Fill, remount, small_disk
from faults.reckoned import play
from faults.row import ONE, Order, Outcome, Row
from faults.stand import POSTGRES

_REQUESTS = 100_000
_DISK_MB = 8
_DESCRIPTORS, _ROOM = 128, 32
_QUICK = {"upstream_retry_wait_max_s": 0.1, "job_retry_wait_s": 0.05, "polls_per_minute": 0}
_WRITES = "pwrite64,fsync,fdatasync,ftruncate"


class _FewDescriptors(Service):
    program = (str(Path(__file__).parents[1] / "disk" / "few_descriptors.py"),)

    def __init__(self, data: Path, upstream_url: str, **settings: object) -> None:
        super().__init__(data, upstream_url, **settings)
        self._env[VARIABLE] = str(_DESCRIPTORS)


@contextlib.contextmanager
def _patient(folder: Path, outcome: Outcome, kind: type[Service] = Service) -> Iterator[Patient]:
    with chaos_upstream() as upstream, kind(folder / "data", upstream.url, **_QUICK) as service:
        key = service.account("patient@example.org", requests=_REQUESTS)
        customer = Customer(service.url, "", key)
        patient = Patient(service, customer, outcome, customer.balance())
        patient.readiness("before", ready=True)
        yield patient
        outcome.check("Traceback" not in service.log, f"a traceback in the log: {service.log[-2000:]}")
    outcome.violations += books.faults_of(folder / "data" / "slovomat.db")


def _full(folder: Path, outcome: Outcome) -> None:
    with small_disk(folder / "data", _DISK_MB) as fill, _patient(folder, outcome) as patient:
        _filled(patient, fill)


def _filled(patient: Patient, fill: Fill) -> None:
    with fill(patient.service.pid):
        patient.calls_until_refused("a full disk")
        patient.calls("a full disk", refused=True)
        patient.readiness("a full disk", ready=False)
    patient.healed("a full disk")


def _read_only(folder: Path, outcome: Outcome) -> None:
    """The disk turns read-only under the running service, as file systems do after an error."""
    _system_calls_fail("a read-only disk", _WRITES, "EROFS")(folder, outcome)


def _started_read_only(folder: Path, outcome: Outcome) -> None:
    """A start on a disk that takes nothing is refused in words, and harms nothing."""
    with small_disk(folder / "data", _DISK_MB), _patient(folder, outcome) as patient:
        patient.service.stop()
        remount(folder / "data", "ro")
        try:
            patient.service.start()
        except AssertionError:
            pass  # it ended, which is right; its last words are in the log, which may hold no traceback
        else:
            outcome.violations.append("a start on a read-only disk is a start")
            patient.service.stop()
        remount(folder / "data", "rw")
        patient.service.start()
        patient.moved()
        patient.healed("a start on a read-only disk")


def _system_calls_fail(what: str, calls: str, error: str) -> Callable[[Path, Outcome], None]:
    def play(folder: Path, outcome: Outcome) -> None:
        with _patient(folder, outcome) as patient:
            with strace.failing(patient.service.pid, calls, error, *_files(folder)):
                patient.calls(what, refused=True)
                patient.readiness(what, ready=False)
            patient.healed(what)

    return play


def _died_of_it(folder: Path, outcome: Outcome) -> None:
    """A job that was refused because its sync had failed is not found in the file after a crash, and run."""
    with _patient(folder, outcome) as patient:
        with strace.failing(patient.service.pid, "fsync,fdatasync", "EIO", *_files(folder)):
            patient.job_is_refused("a failed sync")
            patient.service.kill()
        patient.service.start()
        patient.moved()
        patient.exact("a failed sync and kill -9")
        patient.healed("a failed sync and kill -9")


def _no_descriptors(folder: Path, outcome: Outcome) -> None:
    """Callers beyond the room are told 503; beyond the last descriptor nobody is heard, nothing breaks."""
    with _patient(folder, outcome, _FewDescriptors) as patient:
        with _connections(patient.service, _ROOM, asking=True):
            _refused_by_all(patient)
        patient.healed("no room for connections")
        with _connections(patient.service, _DESCRIPTORS * 2, asking=False):
            pass
        patient.healed("no descriptors")


def _refused_by_all(patient: Patient) -> None:
    """The balance cannot be asked for either: it is looked at afterwards."""
    for path in ("/api/generate_response", "/api/gpt/create_request", "/v1/chat/completions"):
        answer = patient.customer.post(path, {"key": patient.customer.key})
        told = f"no room for connections: {path} answered {answer.status_code} instead of 503"
        patient.outcome.check(answer.status_code == 503, told)


@contextlib.contextmanager
def _connections(service: Service, count: int, *, asking: bool) -> Iterator[None]:
    host, port = service.url.removeprefix("http://").split(":")
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            line = stack.enter_context(socket.create_connection((host, int(port)), timeout=10))
            if asking:
                line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                assert line.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
        yield
    until(lambda: _open_files(service) < _ROOM, 10, "the end of the connections")


def _open_files(service: Service) -> int:
    return sum(1 for _ in Path(f"/proc/{service.pid}/fd").iterdir())


def _files(folder: Path) -> tuple[Path, ...]:
    return (folder / "data" / "slovomat.db", folder / "data" / "slovomat.db-wal")


FAULTS: dict[str, Callable[[Path, Outcome], None]] = {
    "full": _full,
    "read-only": _read_only,
    "read-only at start": _started_read_only,
    "fsync": _system_calls_fail("a failing sync", "fsync,fdatasync", "EIO"),
    "write": _system_calls_fail("a failing write", "pwrite64", "EIO"),
    "fsync, then kill -9": _died_of_it,
    "descriptors": _no_descriptors,
}


def _run(order: Order) -> Outcome:
    if order.set_up == POSTGRES:
        return play(order, database.FAULTS)
    outcome = Outcome(0)
    names = list(FAULTS)
    while outcome.volume < order.volume and order.in_time:
        name = names[(order.seed - 1 + outcome.volume) % len(names)]
        folder = order.folder / str(outcome.volume)
        folder.mkdir()
        FAULTS[name](folder, outcome)
        outcome.volume += 1
    return outcome


ROWS = [
    Row(
        name="D1",
        fault="disk full, read-only, EIO on write and fsync, out of file descriptors",
        passes="refused with 503 before charging, whole again afterwards, no corruption",
        unit="faults",
        c=len(FAULTS),
        r=2 * 20 * len(FAULTS),
        run=_run,
        set_ups=(ONE, POSTGRES),
    )
]
