"""Other gateways, each at a pinned version in an environment of its own in the user's cache folder.

LiteLLM 1.82.7 and 1.82.8 (24 March 2026) carried a thief of credentials; 1.106 is half a year later, from
a release process made anew, and an environment with the thief's file in it is refused here.
"""

import shutil
import subprocess
import venv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import platformdirs

from benchmarks.native import CannotMeasureError

KEY = "sk-bench"
_INSTALL_S = 900
_LITELLM = """
model_list:
  - model_name: gpt-4o
    litellm_params: {{model: openai/gpt-4o, api_base: "http://127.0.0.1:{upstream}/v1", api_key: none}}
general_settings: {{master_key: {key}}}
"""
# Portkey's server takes a port but no address, and would listen on all of them.
_LOOPBACK = """
const { Server } = require('node:net'), listen = Server.prototype.listen;
Server.prototype.listen = function (port, ...rest) {
    const ready = rest.find((one) => typeof one === 'function');
    return listen.call(this, { port: +port, host: '127.0.0.1' }, ready);
};
"""


class Run(NamedTuple):
    """How a peer is started, and the headers that its callers send beside the key."""

    command: Sequence[str | Path]
    env: Mapping[str, str]
    headers: Mapping[str, str]


class Peer(NamedTuple):
    """A gateway: its name with the version, the registry's package, how it is installed and started.

    `start` is given the folder it was installed in, its port and the upstream's.
    """

    name: str
    package: str
    install: Callable[[Path, str], None]
    start: Callable[[Path, int, int], Run]

    def ready(self) -> Path:
        """The folder that it is installed in; installed now, if it was not."""
        name = self.package.strip("@").replace("/", "-").replace("[proxy]", "")
        folder = Path(platformdirs.user_cache_dir("slovomat")) / "bench" / "peers" / name
        stamp = folder / "installed"
        if not stamp.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            self.install(folder, self.package)
            stamp.touch()
        return folder


def _pip(folder: Path, package: str) -> None:
    venv.create(folder / "venv", with_pip=True, symlinks=True)
    python = folder / "venv" / "bin" / "python"
    _run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", package], folder)
    if list(folder.glob("venv/lib/*/site-packages/litellm_init.pth")):
        shutil.rmtree(folder)
        raise CannotMeasureError(f"{package} is a poisoned release: removed")


def _npm(folder: Path, package: str) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise CannotMeasureError("npm is not installed")
    _run([npm, "install", "--silent", "--ignore-scripts", "--prefix", folder, package], folder)


def _run(command: Sequence[str | Path], folder: Path) -> None:
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, cwd=folder, capture_output=True, text=True, timeout=_INSTALL_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise CannotMeasureError(f"{words[-1]} was not installed within {_INSTALL_S} s") from None
    if done.returncode != 0:
        raise CannotMeasureError(f"{words[-1]} cannot be installed: {done.stderr.strip()[-300:]}")


def _litellm(folder: Path, port: int, upstream_port: int) -> Run:
    file = folder / "config.yaml"
    file.write_text(_LITELLM.format(upstream=upstream_port, key=KEY), "utf-8")
    command: list[str | Path] = [
        folder / "venv/bin/litellm",
        "--config",
        file,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    quiet = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "LITELLM_TELEMETRY": "False"}
    return Run(command, quiet, {})


def _portkey(folder: Path, port: int, upstream_port: int) -> Run:
    hook = folder / "loopback.cjs"
    hook.write_text(_LOOPBACK, "utf-8")
    server = folder / "node_modules/@portkey-ai/gateway/build/start-server.js"
    command: list[str | Path] = [
        shutil.which("node") or "node",
        "--require",
        hook,
        server,
        f"--port={port}",
        "--headless",
    ]
    upstream = {
        "x-portkey-provider": "openai",
        "x-portkey-custom-host": f"http://127.0.0.1:{upstream_port}/v1",
    }
    return Run(command, {"NODE_ENV": "production"}, upstream)


def _smg(folder: Path, port: int, upstream_port: int) -> Run:
    command: list[str | Path] = [
        folder / "venv/bin/smg",
        "launch",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    worker = ["--worker-urls", f"http://127.0.0.1:{upstream_port}", "--policy", "round_robin"]
    quiet = ["--log-level", "warn", "--disable-load-monitoring"]
    metrics = ["--prometheus-host", "127.0.0.1", "--prometheus-port", "29900"]
    return Run([*command, *worker, *quiet, *metrics], {}, {})


PEERS = (
    Peer("smg 1.13.0 (Rust)", "smg==1.13.0", _pip, _smg),
    Peer("Portkey 1.15.2 (Node)", "@portkey-ai/gateway@1.15.2", _npm, _portkey),
    Peer("LiteLLM 1.106.2 (Python)", "litellm[proxy]==1.106.2", _pip, _litellm),
)
