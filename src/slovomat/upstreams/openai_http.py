"""Any OpenAI-compatible service over HTTP."""

import urllib.request
from typing import TYPE_CHECKING, Any

from slovomat.domain.events import Completion, Done, Failure
from slovomat.ports.env import Env
from slovomat.ports.upstream import Call, Deliver, Readiness
from slovomat.upstreams.http_link import STOPPED
from slovomat.upstreams.http_plain import PlainCall
from slovomat.upstreams.http_pool import HTTPPool
from slovomat.upstreams.http_request import RequestForm, Target, target
from slovomat.upstreams.http_stream import StreamCall
from slovomat.upstreams.upstream_config import UpstreamConfig

if TYPE_CHECKING:
    from slovomat.upstreams.proxied_http import ProxiedHTTP

__all__ = ["OpenAIHTTP", "UpstreamConfig"]


class OpenAIHTTP:
    """The port Upstream over HTTP; `proxies` by scheme, without it those of the environment."""

    def __init__(self, config: UpstreamConfig, env: Env, proxies: dict[str, str] | None = None) -> None:
        """Raise ValueError for a base URL or a key that no request could be made with."""
        self._config = config
        self._env = env
        self._target = target(config.base_url)
        self._form = RequestForm(self._target, config.key, config.model)
        self._proxy = _proxy(self._target, urllib.request.getproxies() if proxies is None else proxies)
        self._pool: HTTPPool | None = None
        self._proxied: ProxiedHTTP | None = None
        self._stopped = False

    @property
    def name(self) -> str:
        """The upstream's name in the settings."""
        return self._config.name

    @property
    def model(self) -> str:
        """The model that requests name upstream."""
        return self._config.model

    @property
    def concurrency(self) -> int:
        """How many generations it is given at once; 0 is no limit."""
        return self._config.concurrency

    def readiness(self) -> Readiness:
        """Configured is ready: only a call can tell more."""
        return Readiness(ready=True)

    async def start(self) -> None:
        """Open the pool of connections; none is made yet."""
        self._stopped = False
        if self._proxy:
            from slovomat.upstreams.proxied_http import ProxiedHTTP  # 0.2 s and 8 MB that few need

            self._proxied = ProxiedHTTP(self._config, self._env, self._target.url, self._form, self._proxy)
        else:
            self._pool = HTTPPool(self._config, self._target, self._env)

    async def stop(self) -> None:
        """Close every connection, the busy ones too."""
        self._stopped = True
        pool, self._pool = self._pool, None  # first: whose call ends now may call again
        if pool is not None:
            pool.close()
        proxied, self._proxied = self._proxied, None
        if proxied is not None:
            await proxied.close()

    def complete(self, body_rest: bytes) -> Call[Completion | Failure]:
        """One plain generation."""
        if self._pool is not None:
            return PlainCall(self._pool, self._form.plain(body_rest))
        return self._closed() if self._proxied is None else self._proxied.complete(body_rest)

    def stream(self, body_rest: bytes, deliver: Deliver) -> Call[Done | Failure]:
        """One streamed generation."""
        if self._pool is not None:
            return StreamCall(self._pool, self._form.stream(body_rest), deliver)
        return self._closed() if self._proxied is None else self._proxied.stream(body_rest, deliver)

    def _closed(self) -> Call[Any]:
        if self._stopped:
            return Call.ended(STOPPED)
        call: Call[Any] = Call()
        call.fail(RuntimeError("the upstream has not been started"))
        return call


def _proxy(target: Target, proxies: dict[str, str]) -> str:
    """The proxy for this target, or nothing; the key `no` lists the hosts that need none (NO_PROXY)."""
    named = proxies.get(target.scheme)
    bypass = urllib.request.proxy_bypass_environment  # type: ignore[attr-defined]  # typeshed lacks it
    if not named or bypass(target.host, proxies):
        return ""
    return named if "://" in named else f"http://{named}"
