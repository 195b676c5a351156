"""`slovomat serve --demo`: its folder, its providers, its upstream, its month, and then the real service."""

import asyncio
import contextlib
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from slovomat.demo.chance import DemoEnv
from slovomat.demo.fill import SEED, Filled, fill
from slovomat.demo.people import CUSTOMER, OPERATOR, PASSWORD
from slovomat.demo.upstream import HOST, MODEL, DemoUpstream
from slovomat.env import SystemEnv
from slovomat.greeting import FIRST_KEY_FILE, say
from slovomat.instance import load_secret
from slovomat.logs import configure_logs
from slovomat.main import serve
from slovomat.modes import load_modes
from slovomat.settings import LoadedSettings, Settings
from slovomat.testing.fakepay import FakePay, Payment

USUAL_PORT = 8080
_MARK, _DRAFT, _DATABASE, _PAYMENTS = "this-is-a-demo.json", "filling.db", "slovomat.db", "fakepay.json"
_PROVIDERS = ("yookassa", "tkassa", "robokassa", "cloudpayments", "stripe")
_HERE = ("127.0.0.0/8",)
Say = Callable[[str, str], str]
"""English, Russian -> the one of both that is wanted."""


class NotADemoError(Exception):
    """The folder holds something else."""


def usual_folder() -> Path:
    """Beside the one of a real instance, not in it."""
    real: Path = Settings.model_fields["data"].default
    return real.with_name(f"{real.name}-demo")


def run_demo(folder: Path, port: int | None, choose: Say) -> int:
    """Serves until SIGTERM or SIGINT; the exit code. Raises NotADemoError, and then nothing was touched."""
    _take(folder)
    configure_logs("warning")
    port = _port() if port is None else port or _port(0)
    modes = load_modes()
    with DemoUpstream(modes) as upstream, _fakepay(folder, port) as fake:
        settings = _settings(folder, port, upstream.url, fake)
        filled = asyncio.run(_filled(settings, fake, choose))
        say(_told(settings, filled, fake, choose))
        origins = dict.fromkeys(Settings.model_fields, "demo")
        return serve(LoadedSettings(settings, origins, None))


def _take(folder: Path) -> None:
    """The folder is a demo's, or becomes one."""
    mark = folder / _MARK
    if mark.exists():
        return
    if folder.exists() and any(folder.iterdir()):
        raise NotADemoError
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark.write_text("{}\n", "ascii")


def _port(wanted: int = USUAL_PORT) -> int:
    """The usual port if it is free, else another that is."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((HOST, wanted))
        except OSError:
            return _port(0)
        found: int = one.getsockname()[1]
        return found


@contextlib.contextmanager
def _fakepay(folder: Path, port: int) -> Iterator[FakePay]:
    """The providers; their payments outlast a stop, so that a refund finds them."""
    here = f"http://{HOST}:{port}/pay"
    fake = FakePay(
        notify_url=f"{here}/{{provider}}/notify", return_url=f"{here}/{{provider}}/return", at_once=True
    )
    file = folder / _PAYMENTS
    if file.exists() and (folder / _DATABASE).exists():
        for payment in msgspec.json.decode(file.read_bytes(), type=list[Payment]):
            fake.house.desk.payments.add(payment)
    with fake:
        try:
            yield fake
        finally:
            _keep(file, fake)


def _keep(file: Path, fake: FakePay) -> None:
    with fake.house.desk.lock:
        file.write_bytes(msgspec.json.encode(fake.payments[::-1]))


def _settings(folder: Path, port: int, upstream_url: str, fake: FakePay) -> Settings:
    """Nothing of the surroundings counts: no file, no variable, no real provider."""
    shops = {name: fake.shop(name) for name in _PROVIDERS}
    values: dict[str, Any] = {
        **{f"{name}_url": fake.url(name) for name in _PROVIDERS},
        **{f"{name}_networks": _HERE for name in _PROVIDERS},
        "yookassa_url": f"{fake.url('yookassa')}/v3",
        "robokassa_refund_url": fake.url("robokassa"),
        "robokassa_receipt_url": fake.url("robokassa"),
        "yookassa_shop_id": shops["yookassa"].shop_id,
        "yookassa_secret_key": shops["yookassa"].secret_key,
        "tkassa_terminal_key": shops["tkassa"].terminal_key,
        "tkassa_password": shops["tkassa"].password,
        "robokassa_login": shops["robokassa"].login,
        "robokassa_password1": shops["robokassa"].password1,
        "robokassa_password2": shops["robokassa"].password2,
        "robokassa_password3": shops["robokassa"].password3,
        "robokassa_hash": shops["robokassa"].algorithm,
        "cloudpayments_public_id": shops["cloudpayments"].public_id,
        "cloudpayments_secret": shops["cloudpayments"].api_secret,
        "stripe_secret_key": shops["stripe"].secret_key,
        "stripe_webhook_secret": shops["stripe"].webhook_secret,
    }
    return Settings(
        data=folder,
        host=HOST,
        port=port,
        site=f"http://{HOST}:{port}",
        upstream_url=upstream_url,
        upstream_model=MODEL,
        models=(MODEL,),
        upstream_price_prompt_kopecks_per_million=12_000,
        upstream_price_completion_kopecks_per_million=48_000,
        seller_name="ООО «Словомат-Демо»",
        seller_inn="7700000000",
        seller_kpp="770001001",
        seller_address="101000, Москва, Выдуманный переулок, д. 1",
        seller_bank_name="Банк «Пример»",
        seller_bank_bik="044525000",
        seller_bank_account="40702810000000000000",
        seller_bank_correspondent="30101810000000000000",
        seller_signer="директор О. П. Директорова",
        log_level="warning",
        **values,
    )


async def _filled(settings: Settings, fake: FakePay, choose: Say) -> Filled:
    """What an earlier start has made, or a new month. One that was broken off is begun anew."""
    mark, database = settings.data / _MARK, settings.data / _DATABASE
    if database.exists():
        return msgspec.json.decode(mark.read_bytes(), type=Filled)
    env = DemoEnv(SEED, SystemEnv().now_ms())
    secret = load_secret(settings.data, SystemEnv())
    say(choose("Making up a month of history…", "Придумываем месяц истории…"))
    with tempfile.TemporaryDirectory(prefix="slovomat-demo-", dir=_quick_folder()) as aside:
        draft = Path(aside) / _DATABASE
        with _clock_of(fake, env):
            filled = await fill(settings, draft, secret, fake, env, _progress(choose))
        shutil.copyfile(draft, settings.data / _DRAFT)
    key_file = settings.data / FIRST_KEY_FILE
    key_file.touch(mode=0o600)
    key_file.write_text(filled.key + "\n", "ascii")
    mark.write_bytes(msgspec.json.encode(filled) + b"\n")
    _keep(settings.data / _PAYMENTS, fake)
    (settings.data / _DRAFT).rename(database)
    return filled


def _quick_folder() -> str | None:
    """In memory where there is such a place: thousands of commits need not wait for a disk one by one."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    return str(memory) if os.access(memory, os.W_OK) else None


@contextlib.contextmanager
def _clock_of(fake: FakePay, env: DemoEnv) -> Iterator[None]:
    """Payments of the past are made in the past; what the providers would have told then is not sent now."""
    desk = fake.house.desk
    real, desk.now_s = desk.now_s, lambda: env.now_ms() // 1000
    try:
        yield
    finally:
        with desk.lock:
            desk.now_s = real
            desk.pending.clear()


def _progress(choose: Say) -> Callable[[int, int], None]:
    def told(done: int, of: int) -> None:
        if done % 10 == 0 or done == of:
            say(choose(f"  day {done} of {of}", f"  день {done} из {of}"))

    return told


def _told(settings: Settings, filled: Filled, fake: FakePay, choose: Say) -> str:
    site = settings.site
    return choose(
        f"""
Nothing here is real: not the money, not the people ({filled.people}), not the texts.
  the site       {site}
  a customer     {CUSTOMER}   password  {PASSWORD}   (everybody's: sign in as whom you like)
  the operator   {site}/admin   {OPERATOR}   password  {PASSWORD}
  a gift code    {filled.code}
  payments       all five providers are fake; they meet at {fake.address}
  letters        {settings.data}/letters
  folder         {settings.data}   (the next start goes on from there; delete it to begin anew)
""",
        f"""
Здесь ничего нет настоящего: ни денег, ни людей (их {filled.people}), ни текстов.
  сайт           {site}
  покупатель     {CUSTOMER}   пароль  {PASSWORD}   (он у всех один: входите кем угодно)
  оператор       {site}/admin   {OPERATOR}   пароль  {PASSWORD}
  подарочный код {filled.code}
  оплата         все пять платёжных систем поддельные, их кабинет: {fake.address}
  письма         {settings.data}/letters
  папка          {settings.data}   (следующий запуск продолжит с того же места; удалите её, чтобы начать заново)
""",
    )
