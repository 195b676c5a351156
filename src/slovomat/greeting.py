"""What `serve` tells the person who started it."""

import contextlib
import sys
from pathlib import Path

import msgspec

from slovomat import __version__
from slovomat.masking import masked
from slovomat.ports.limits import Reach
from slovomat.ports.upstream import Upstream
from slovomat.settings import LoadedSettings

FIRST_KEY_FILE = "first-key.txt"


class FirstSteps(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of this start. `key`: the first key, on the start that made it."""

    address: str
    site: str
    everywhere: bool
    key: str | None
    login_url: str | None
    email: str


def greet(loaded: LoadedSettings, upstream: Upstream, reach: Reach, steps: FirstSteps) -> None:
    """Prints how to use the service; the key goes to a terminal only, else into a file."""
    data = loaded.settings.data
    source = str(loaded.file) if loaded.file else "defaults and environment, no slovomat.toml"
    readiness = upstream.readiness()
    state = "" if readiness.ready else f" ({readiness.detail or 'starting'})"
    lines = [
        f"Slovomat {__version__} listens on {steps.address}",
        f"  data           {data}",
        f"  database       {masked(str(loaded.settings.database))}",
        f"  configuration  {source}",
        f"  upstream       {_upstream(loaded.settings.upstream_url, upstream)}{state}",
        *_processes(loaded.settings.processes),
        f"  limits         {_limits(loaded.settings.valkey_url, reach)}",
    ]
    if steps.everywhere and steps.site == steps.address:
        lines.append(
            "                 and on every address of this machine; name the public one: --site https://…"
        )
    if steps.site != steps.address:
        lines.append(f"  public URL     {steps.site}")
    if readiness.remedy:
        lines.append(f"                 {readiness.remedy}")
    if steps.login_url:
        lines += [
            f"  operator       {steps.login_url}",
            "                 (opens the operator's desk, once: set a password there for the next time)",
        ]
    lines += _key_lines(data, steps)
    say("\n".join(lines))


def say(text: str) -> None:
    """Prints for the person who started the service, who may have closed the terminal since."""
    with contextlib.suppress(OSError):
        print(text, flush=True)  # noqa: T201 - this is the greeting


def _upstream(url: str, upstream: Upstream) -> str:
    model = upstream.model or "by free memory"
    return f"{upstream.name}, model {model}" + (f", {masked(url)}" if url else "")


def _processes(count: int) -> list[str]:
    return [f"  processes      {count} on one port, each a node"] if count > 1 else []


def _limits(valkey_url: str, reach: Reach) -> str:
    if reach == "shared":
        return "shared through Valkey"
    return "each node by itself" + (" until Valkey answers" if valkey_url else "")


def _key_lines(data: Path, steps: FirstSteps) -> list[str]:
    file = data / FIRST_KEY_FILE
    shown = "$SLOVOMAT_KEY"
    lines = []
    if steps.key and sys.stdout.isatty():
        shown = steps.key
        lines.append(f"  key            {steps.key}   (shown once)")
    elif steps.key:
        _write_private(file, steps.key)
    if shown != steps.key and file.exists():
        shown = f"$(cat '{file}')"
        lines.append(f"  key            in {file}")
    if shown == "$SLOVOMAT_KEY":
        lines.append(f"  another key    slovomat key create {steps.email} --data '{data}'")
    body = '{"messages": [{"role": "user", "content": "Назови три цвета"}]}'
    return [
        *lines,
        "",
        f"  curl {steps.address}/v1/chat/completions -H \"Authorization: Bearer {shown}\" -d '{body}'",
        "",
    ]


def _write_private(file: Path, text: str) -> None:
    file.touch(mode=0o600, exist_ok=True)
    file.chmod(0o600)
    file.write_text(text + "\n", "ascii")
