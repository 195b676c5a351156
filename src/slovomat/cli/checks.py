"""What `slovomat doctor` looks at on this machine: each check says what it saw, and the fix for a fault."""

import datetime
import importlib.util
import ipaddress
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from slovomat.cli.exits import FaultError, fault_of

if TYPE_CHECKING:
    from slovomat.cli.session import Session

State = Literal["ok", "warning", "fault"]
_LEAST_DISK_BYTES = 200 << 20
_GOOD_DISK_BYTES = 1 << 30
_EARLIEST_YEAR = 2025
_LATEST_YEAR = 2100


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One finding. `fix` is what to do; empty where all is well."""

    name: str
    state: State
    detail: str
    fix: str = ""


def from_fault(session: "Session", name: str, fault: FaultError) -> Check:
    """An expected fault as a finding; its own words hold the fix after the last semicolon."""
    detail, _, fix = session.out.say(fault.english, fault.russian).rpartition("; ")
    return Check(name=name, state="fault", detail=detail or fix, fix=fix if detail else "")


def caught(session: "Session", name: str, check: Callable[["Session"], Check]) -> Check:
    """The check, or the expected fault that it ran into."""
    try:
        return check(session)
    except Exception as error:
        fault = fault_of(error)
        if fault is None:
            raise
        return from_fault(session, name, fault)


def data_folder(session: "Session") -> Check:
    """Others must not be able to write to the data folder."""
    say, folder = session.out.say, session.settings.data
    if not folder.is_dir():
        return Check(
            name="data",
            state="warning",
            detail=say(f"{folder} is not there yet", f"{folder} ещё нет"),
            fix=say("the first `slovomat serve` makes it", "её создаст первый `slovomat serve`"),
        )
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o022:
        return Check(
            name="data",
            state="fault",
            detail=say(
                f"{folder}: others may write to it ({mode:o})", f"{folder}: другие могут писать ({mode:o})"
            ),
            fix=f"chmod 700 {folder}",
        )
    return Check(name="data", state="ok", detail=f"{folder} ({mode:o})")


def disk(session: "Session") -> Check:
    """A full disk stops every sale."""
    from slovomat.upstreams.weights_table import free_disk_bytes

    say = session.out.say
    free = free_disk_bytes(session.settings.data.absolute())
    state: State = "fault" if free < _LEAST_DISK_BYTES else "warning" if free < _GOOD_DISK_BYTES else "ok"
    fix = say(
        "free some disk, or move the data folder (SLOVOMAT_DATA)",
        "освободите место или перенесите папку данных (SLOVOMAT_DATA)",
    )
    detail = say(f"{free >> 20} MiB free", f"свободно {free >> 20} МиБ")
    return Check(name="disk", state=state, detail=detail, fix="" if state == "ok" else fix)


def clock(session: "Session") -> Check:
    """The day of the allowance, expiries and leases hang on the clock."""
    from slovomat.domain.days import Calendar

    say, zone = session.out.say, session.settings.time_zone
    now_ms = session.env.now_ms()
    year = datetime.datetime.fromtimestamp(now_ms / 1000, datetime.UTC).year
    detail = f"{Calendar(zone).day(now_ms)}, {zone}"
    if _EARLIEST_YEAR <= year < _LATEST_YEAR:
        return Check(name="clock", state="ok", detail=detail)
    fix = say(
        "set the machine's clock (timedatectl set-ntp true)", "выставьте часы (timedatectl set-ntp true)"
    )
    return Check(name="clock", state="fault", detail=detail, fix=fix)


def secret(session: "Session", keys_exist: bool) -> Check:
    """The instance's secret is there, whole, and its owner's alone."""
    from slovomat.instance import SECRET_BYTES

    say, path = session.out.say, session.settings.data / "secret.key"
    if session.settings.secret.get_secret_value():
        return Check(name="secret", state="ok", detail=say("set", "задан"))
    if not path.exists():
        return Check(
            name="secret",
            state="fault" if keys_exist else "warning",
            detail=say(f"{path} is not there", f"{path} нет"),
            fix=say(
                "put it back from a backup: without it no key of this database works",
                "верните его из резервной копии: без него не работает ни один ключ этой базы",
            )
            if keys_exist
            else say("the first key makes it", "он появится с первым ключом"),
        )
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        detail = say(f"{path}: others may read it ({mode:o})", f"{path}: доступен другим ({mode:o})")
        return Check(name="secret", state="fault", detail=detail, fix=f"chmod 600 {path}")
    if _secret_bytes(path) < SECRET_BYTES:
        return Check(
            name="secret",
            state="fault",
            detail=say(f"{path} holds less than {SECRET_BYTES} bytes", f"{path} короче {SECRET_BYTES} байт"),
            fix=say("put it back from a backup", "верните его из резервной копии"),
        )
    return Check(name="secret", state="ok", detail=f"{path} ({mode:o})")


def _secret_bytes(path: Path) -> int:
    try:
        return len(bytes.fromhex(path.read_text("ascii").strip()))
    except (ValueError, OSError):
        return 0


def upstream_key(session: "Session") -> Check:
    """A service beyond this machine hardly ever works without a key."""
    settings, say = session.settings, session.out.say
    if not settings.upstream_url:
        return Check(name="upstream key", state="ok", detail=say("not needed", "не нужен"))
    if settings.upstream_key.get_secret_value():
        return Check(name="upstream key", state="ok", detail=say("set", "задан"))
    local = loopback(settings.upstream_url.split("//", 1)[-1].split("/")[0].rsplit(":", 1)[0])
    return Check(
        name="upstream key",
        state="warning" if local else "fault",
        detail=say("empty", "пуст"),
        fix=say(
            "set SLOVOMAT_UPSTREAM_KEY, or SLOVOMAT_UPSTREAM_KEY_FILE",
            "задайте SLOVOMAT_UPSTREAM_KEY или SLOVOMAT_UPSTREAM_KEY_FILE",
        ),
    )


def loopback(host: str) -> bool:
    """Whether nobody beyond this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def modes(session: "Session") -> Check:
    """A broken mode file stops the service at its start."""
    from slovomat.modes import load_modes

    count = len(load_modes(session.settings.modes_dir).ids())
    return Check(name="modes", state="ok", detail=str(count))


def model(session: "Session") -> Check:
    """The embedded model's engine and weights, where the embedded model is to answer."""
    from slovomat.cli.calling import model_folder, model_wanted
    from slovomat.upstreams import weights
    from slovomat.upstreams.model_fault import ModelFault, remedy

    settings, say = session.settings, session.out.say
    if settings.upstream_url:
        return Check(name="model", state="ok", detail=say("not needed", "не нужна"))
    if importlib.util.find_spec("xllamacpp") is None:
        fix = remedy(ModelFault.NO_ENGINE, session.out.language)
        return Check(name="model", state="fault", detail=say("no engine", "нет движка"), fix=fix)
    name = model_wanted(settings).name
    state = next(one for one in weights.list_models(model_folder(settings)) if one.name == name)
    if state.ready:
        return Check(name="model", state="ok", detail=f"{name}, {state.path}")
    have, size = state.have_bytes >> 20, state.size_bytes >> 20
    return Check(
        name="model",
        state="fault",
        detail=say(f"{name}: {have} of {size} MiB are there", f"{name}: есть {have} из {size} МиБ"),
        fix=say(
            "slovomat model pull, or name an upstream: SLOVOMAT_UPSTREAM_URL",
            "slovomat model pull или укажите сервис: SLOVOMAT_UPSTREAM_URL",
        ),
    )
