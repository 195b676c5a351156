"""Where settings come from: `slovomat.toml` < environment `SLOVOMAT_*` < flags.

A secret may also come from a file: `SLOVOMAT_UPSTREAM_KEY_FILE=/run/secrets/key`. In the file of
settings a table is only a prefix: `[upstream] url` is `upstream_url`.
"""

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, ValidationError

from slovomat.settings.mail import MailSettings
from slovomat.settings.payments import PaymentSettings
from slovomat.settings.people import PeopleSettings
from slovomat.settings.service import ServiceSettings

ENV_PREFIX = "SLOVOMAT_"


class BadSettingsError(Exception):
    """A setting that cannot be used; the message names it, its source and what is allowed."""


class Settings(MailSettings, PaymentSettings, PeopleSettings, ServiceSettings):
    """All settings. Money is in requests or kopecks, times in what the name's last word says."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LoadedSettings:
    """The settings, and for each the source that it came from (`default` where none named it)."""

    def __init__(self, settings: Settings, origins: dict[str, str], file: Path | None) -> None:
        self.settings = settings
        self.origins = origins
        self.file = file

    def on_port(self, port: int) -> "LoadedSettings":
        """The same, with the port that was found free."""
        settings = self.settings.model_copy(update={"port": port})
        return LoadedSettings(settings, self.origins, self.file)


def load_settings(
    flags: dict[str, Any] | None = None, environ: dict[str, str] | None = None, file: Path | None = None
) -> LoadedSettings:
    """Reads file, environment and flags, the later over the earlier.

    The file is `file`, else `SLOVOMAT_CONFIG`, else `slovomat.toml` in the current folder or in the
    data folder. Raises BadSettingsError, naming the setting and its source.
    """
    env = dict(os.environ) if environ is None else environ
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    from_env = _environment(env)
    path = _file(file, env, given.get("data") or from_env.get("data"))
    layers = [(str(path), _table(path) if path else {}), ("environment", from_env), ("flag", given)]
    merged: dict[str, Any] = {}
    origins = dict.fromkeys(Settings.model_fields, "default")
    for origin, values in layers:
        for name, value in values.items():
            if name not in Settings.model_fields:
                raise BadSettingsError(f"{origin}: unknown setting {name!r}")
            merged[name] = value
            origins[name] = origin
    try:
        settings = Settings(**merged)
    except ValidationError as error:
        raise BadSettingsError(_explain(error, origins)) from None
    return LoadedSettings(settings, origins, path)


def _environment(env: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for variable, value in env.items():
        if not variable.startswith(ENV_PREFIX):
            continue
        name = variable.removeprefix(ENV_PREFIX).lower()
        if name in Settings.model_fields:
            values[name] = value
        elif name.endswith("_file") and name.removesuffix("_file") in Settings.model_fields:
            values.setdefault(name.removesuffix("_file"), _secret_file(variable, value))
    return values


def _secret_file(variable: str, path: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettingsError(f"environment: {variable}: {error}") from None


def _file(named: Path | None, env: dict[str, str], data: object) -> Path | None:
    explicit = named or (Path(env["SLOVOMAT_CONFIG"]) if env.get("SLOVOMAT_CONFIG") else None)
    if explicit:
        if not explicit.is_file():
            raise BadSettingsError(f"no such file of settings: {explicit}")
        return explicit
    folder = Path(str(data)) if data else Settings.model_fields["data"].default
    for candidate in (Path("slovomat.toml"), folder / "slovomat.toml"):
        if candidate.is_file():
            return candidate
    return None


def _table(path: Path) -> dict[str, Any]:
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettingsError(f"{path}: {error}") from None
    flat: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, dict):
            flat.update({f"{name}_{inner}": nested for inner, nested in value.items()})
        else:
            flat[name] = value
    return flat


def _explain(error: ValidationError, origins: dict[str, str]) -> str:
    lines = []
    for fault in error.errors(include_input=False, include_url=False):
        name = str(fault["loc"][0]) if fault["loc"] else "settings"
        lines.append(f"{name} ({origins.get(name, 'combined')}): {fault['msg']}")
    return "\n".join(lines)
