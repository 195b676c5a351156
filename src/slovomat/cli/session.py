"""What every command has in hand: settings, clock and chance, output, and the store when it asks for it."""

import contextlib
import os
from collections.abc import AsyncIterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slovomat.cli import words
from slovomat.cli.exits import Exit, FaultError
from slovomat.cli.output import Output
from slovomat.cli.places import refuse_marked
from slovomat.env import SystemEnv

if TYPE_CHECKING:
    from slovomat.ports.store import Account, PlanOffer, Store
    from slovomat.settings import LoadedSettings, Settings


class Session:
    """One run of one command."""

    report_patience_s = 600.0
    """How long a command lets PostgreSQL work on a statement: an audit of large books takes its time."""

    def __init__(self, data: Path | None, config: Path | None, output: Output) -> None:
        self.data = data
        self.config = config
        self.out = output
        self.env = SystemEnv()

    def load(self, **flags: Any) -> "LoadedSettings":
        """The settings with these flags on top. Raises BadSettingsError."""
        from slovomat.settings import load_settings

        return load_settings({"data": self.data, **flags}, file=self.config)

    @cached_property
    def settings(self) -> "Settings":
        """The settings, read at the first use."""
        return self.load().settings

    @cached_property
    def secret(self) -> bytes:
        """The instance's secret, made where there is none."""
        from slovomat.instance import load_secret

        try:
            return load_secret(self.settings.data, self.env, self.settings.secret.get_secret_value())
        except ValueError as error:
            path = self.settings.data / "secret.key"
            raise FaultError(
                Exit.CONFIGURATION,
                f"{path} is damaged ({error}); put it back from a backup",
                f"{path} повреждён ({error}); верните его из резервной копии",
            ) from None

    @contextlib.asynccontextmanager
    async def store(self) -> AsyncIterator["Store"]:
        """The open store: made, migrated and with a price list where the service has never run."""
        from slovomat.ports.store import StoreUnavailableError
        from slovomat.storage.open import make_store
        from slovomat.usecases.accounts import ensure_price_list

        try:
            make_data_folder(self.settings.data)
        except OSError as error:
            raise StoreUnavailableError(str(error)) from error
        store = make_store(self.settings.database, patience_s=self.report_patience_s)
        await store.open()
        try:
            marks = {name: await store.instance_value(name) or "" for name in ("moved_to", "moving_to")}
            refuse_marked(marks)
            await ensure_price_list(store)
            yield store
        finally:
            await store.close_store()

    async def account(self, store: "Store", email: str) -> "Account":
        """The account of this e-mail, as it was typed; the fault when there is none."""
        email = words.email(email)
        account = await store.find_account(email)
        if account is None:
            raise FaultError(
                Exit.NOT_FOUND,
                f"no account {email}; `slovomat user list` shows all",
                f"нет аккаунта {email}; все видны в `slovomat user list`",
            )
        return account

    async def plan(self, store: "Store", name: str) -> "PlanOffer":
        """The plan of this name; the fault when there is none."""
        name = words.title(name)
        offer = await store.find_plan(name)
        if offer is None:
            known = ", ".join(f"«{one.plan.name}»" for one in await store.list_plans())
            raise FaultError(
                Exit.NOT_FOUND, f"no plan «{name}»; there are: {known}", f"нет тарифа «{name}»; есть: {known}"
            )
        return offer


def make_data_folder(folder: Path) -> None:
    """The data folder, closed to other users of the machine where it is new."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)


def language_of_environment() -> str:
    """`ru` or `en`, after the usual variables of the locale."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return "ru" if value.lower().startswith("ru") else "en"
    return "en"
