"""`slovomat serve --demo`: its folder, its providers, its upstream, its month, and then the real service."""

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from slovomat.demo import place
from slovomat.demo.chance import DemoEnv
from slovomat.demo.fill import SEED, Filled, fill
from slovomat.demo.providers import clock_of, demo_settings, fake_providers, keep
from slovomat.demo.upstream import DemoUpstream
from slovomat.demo.words import Say, told
from slovomat.env import SystemEnv
from slovomat.greeting import FIRST_KEY_FILE, say
from slovomat.instance import load_secret
from slovomat.logs import configure_logs
from slovomat.main import serve
from slovomat.modes import load_modes
from slovomat.settings import LoadedSettings, Settings
from slovomat.storage import sqlite_file
from slovomat.testing.fakepay import FakePay

_DRAFT = "filling.db"


def run_demo(folder: Path, port: int | None, choose: Say) -> int:
    """Serves until SIGTERM or SIGINT; the exit code. Raises NotADemoError, and then nothing was touched."""
    place.take(folder)
    configure_logs("warning")
    port = place.free_port() if port is None else port or place.free_port(0)
    with DemoUpstream(load_modes()) as upstream, fake_providers(folder, port) as fake:
        settings = demo_settings(folder, port, upstream.url, fake)
        filled = asyncio.run(_filled(settings, fake, choose))
        say(told(settings, filled, fake.address, choose))
        origins = dict.fromkeys(Settings.model_fields, "demo")
        return serve(LoadedSettings(settings, origins, None))


async def _filled(settings: Settings, fake: FakePay, choose: Say) -> Filled:
    """What an earlier start has made, or a new month. One that was broken off is begun anew."""
    mark, database = settings.data / place.MARK, settings.data / place.DATABASE
    if database.exists():
        return msgspec.json.decode(mark.read_bytes(), type=Filled)
    say(choose("Making up a month of history…", "Придумываем месяц истории…"))
    draft = settings.data / _DRAFT
    sqlite_file.sweep(draft)
    filled = await _make(settings, draft, fake, _progress(choose))
    _write_private(settings.data / FIRST_KEY_FILE, filled.key + "\n")
    mark.write_bytes(msgspec.json.encode(filled) + b"\n")
    keep(settings.data, fake)
    sqlite_file.put(draft, database)
    return filled


async def _make(
    settings: Settings, draft: Path, fake: FakePay, progress: Callable[[int, int], None]
) -> Filled:
    env = DemoEnv(SEED, SystemEnv().now_ms())
    secret = load_secret(settings.data, SystemEnv())
    with tempfile.TemporaryDirectory(prefix="slovomat-demo-", dir=place.quick_folder()) as aside:
        made = Path(aside) / place.DATABASE
        with clock_of(fake, env):
            filled = await fill(settings, made, secret, fake=fake, env=env, progress=progress)
        sqlite_file.copy(made, draft)
    sqlite_file.settle(draft)
    return filled


def _write_private(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text, "ascii")


def _progress(choose: Say) -> Callable[[int, int], None]:
    def told(done: int, of: int) -> None:
        if done == of or (done % 10 == 0 and done + 10 <= of):
            say(choose(f"  day {done} of {of}", f"  день {done} из {of}"))

    return told
