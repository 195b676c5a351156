"""Customers of a running service: accounts with keys, and the calls that they make."""

import itertools
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from anyio.from_thread import BlockingPortal, start_blocking_portal

from slovomat.env import SystemEnv
from slovomat.instance import load_secret
from slovomat.ports.store import Audit, Credit, EntryRow, Store
from slovomat.storage.open import make_store
from slovomat.usecases.accounts import CreatedKey, KeyRules, create_key
from tests.wire.deadline import until
from tests.wire.service import Service

_TIMEOUT_S = 20
_numbers = itertools.count(1)


@dataclass
class Customer:
    """An account's key, and calls made with it. A body may be bytes, to send what is no JSON."""

    url: str
    email: str
    key: str
    key_id: int = 0

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> requests.Response:
        """A POST as the documented clients make it: JSON without a Content-Type."""
        data = body if isinstance(body, bytes) else json.dumps(body)
        return requests.post(self.url + path, data=data, headers=headers, timeout=_TIMEOUT_S)

    def textbot(self, path: str, headers: dict[str, str] | None = None, **fields: Any) -> requests.Response:
        """A call of `textbot` with the key."""
        return self.post(f"/api/{path}", {"key": self.key, **fields}, headers)

    def chatinfo(self, path: str, headers: dict[str, str] | None = None, **fields: Any) -> requests.Response:
        """A call of `chatinfo` with the key."""
        return self.post(f"/api/gpt/{path}", {"key": self.key, **fields}, headers)

    def chat(
        self, prompt: str, headers: dict[str, str] | None = None, *, live: bool = False, **fields: Any
    ) -> requests.Response:
        """A chat completion; `live`: the body is not read yet."""
        body = {"model": "gpt-4o", "messages": [{"role": "user", "content": prompt}], **fields}
        return requests.post(
            self.url + "/v1/chat/completions",
            data=json.dumps(body),
            headers={"Authorization": f"Bearer {self.key}", **(headers or {})},
            timeout=_TIMEOUT_S,
            stream=live,
        )

    @contextmanager
    def hung_up(self, prompt: str, more: bytes = b"", **fields: Any) -> Iterator[None]:
        """A chat call, with `more` behind it, whose connection is closed at the block's end, unread."""
        body = json.dumps({"messages": [{"role": "user", "content": prompt}], **fields}).encode()
        host, port = self.url.removeprefix("http://").split(":")
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {self.key}\r\n"
        with socket.create_connection((host, int(port)), timeout=_TIMEOUT_S) as line:
            line.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body + more)
            yield

    def get(self, path: str) -> requests.Response:
        """A GET with the key."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return requests.get(self.url + path, headers=headers, timeout=_TIMEOUT_S)

    def balance(self) -> int:
        """What is left, in requests."""
        answer = self.textbot("balance")
        assert answer.status_code == 200, answer.text
        return int(answer.json()["balance"])

    def job(self, text: str, mode: str = "chat") -> int:
        """The id of a new textbot job."""
        answer = self.textbot("generate_response", input_text=text, mode=mode)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["request_id"])

    def ended(self, job: int, within_s: float = 15) -> dict[str, Any]:
        """The job's last status, once it is at work no more."""

        def status() -> dict[str, Any] | None:
            body: dict[str, Any] = self.textbot("status", request_id=job).json()
            return None if body["status"] == "processing" else body

        return until(status, within_s, f"the end of job {job}")


class Office:
    """Opens accounts on a service's data, as the operator's commands do, but without their start-up time."""

    def __init__(self, service: Service, portal: BlockingPortal, store: Store) -> None:
        self.service = service
        self._portal = portal
        self._store = store
        self._env = SystemEnv()
        self._secret = load_secret(service.data, self._env)

    def customer(self, requests: int = 0, plan: str = "Престиж", **rules: Any) -> Customer:
        """A customer whose account nobody else has; `rules` as in KeyRules.

        «Престиж» gives 100 requests a day, «Бесплатный» none that the API may spend.
        """
        email = f"customer-{os.getpid()}-{next(_numbers)}@example.org"
        created = self._portal.call(self._open, email, requests, plan, KeyRules(**rules))
        return Customer(self.service.url, email, created.key, created.id)

    def another_key(self, customer: Customer, **rules: Any) -> Customer:
        """The same account with a further key."""
        created = self._portal.call(self._further, customer.email, KeyRules(**rules))
        return Customer(customer.url, customer.email, created.key, created.id)

    def now_ms(self) -> int:
        """The service's clock."""
        return self._env.now_ms()

    def entries(self, customer: Customer) -> list[tuple[str, str, int]]:
        """The account's movements, the oldest first: kind, bucket, and what became available by it."""
        found = self._portal.call(self._entries, customer.email)
        return [(entry.kind, entry.bucket, entry.available_change) for entry in reversed(found)]

    def audit(self) -> Audit:
        """The books at this moment."""
        return self._portal.call(self._store.audit)

    async def _open(self, email: str, requests: int, plan: str, rules: KeyRules) -> CreatedKey:
        now_ms = self._env.now_ms()
        account = await self._store.add_account(email, plan, False, now_ms)
        assert account is not None, plan
        if requests:
            credit = Credit(account_id=account, requests=requests, title="test", reason="test", now_ms=now_ms)
            await self._store.credit(credit)
        return await create_key(self._store, self._env, self._secret, account, rules)

    async def _entries(self, email: str) -> list[EntryRow]:
        account = await self._store.find_account(email)
        assert account is not None
        return await self._store.account_entries(account.id, 1_000)

    async def _further(self, email: str, rules: KeyRules) -> CreatedKey:
        account = await self._store.find_account(email)
        assert account is not None
        return await create_key(self._store, self._env, self._secret, account.id, rules)


@contextmanager
def office_of(service: Service) -> Iterator[Office]:
    """An office with the service's database open."""
    store = make_store(service.data / "slovomat.db")
    with start_blocking_portal("asyncio") as portal:
        portal.call(store.open)
        try:
            yield Office(service, portal, store)
        finally:
            portal.call(store.close_store)
