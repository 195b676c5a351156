"""How the operator gets in: by the printed link, by a role from the command line, past a second factor."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from slovomat.domain.role import Role
from tests.people_stand import PASSWORD, People, people_at, turn_on_second_factor
from tests.wire.chaos_upstream import ChaosUpstream
from tests.wire.service import Service

pytestmark = pytest.mark.anyio
ANN = "ann@example.org"
LOOPBACK = "http://127.0.0.1:8000"
FROM_HERE = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[People]:
    """An instance at a public address."""
    async with people_at(tmp_path) as opened:
        yield opened


async def give_role(people: People, email: str = ANN) -> None:
    """Makes somebody an owner."""
    account = await people.store.find_account(email)
    assert account is not None
    await people.store.people.set_role(account.id, Role.OWNER, people.env.now_ms())


def test_the_printed_link_signs_in_once_and_the_commands_set_role_and_password(
    tmp_path: Path, chaos: ChaosUpstream
) -> None:
    """Over a real server: fetching the link does nothing, its button signs in, and then it is over."""
    with Service(tmp_path / "data", chaos.url) as service:
        found = re.search(r"http://\S+/admin/login\?token=\S+", service.greeting)
        assert found is not None, service.greeting
        token = found[0].partition("token=")[2]
        with httpx2.Client(base_url=service.url, headers=FROM_HERE) as browser:
            for _ in range(2):
                assert browser.get(found[0]).status_code == 200
            entered = browser.post("/admin/login/link", data={"token": token})
            assert entered.headers["location"] == "/admin/password"
            assert browser.get("/admin").status_code == 200
            assert browser.get("/admin", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 303
        with httpx2.Client(base_url=service.url, headers=FROM_HERE) as thief:
            assert thief.post("/admin/login/link", data={"token": token}).status_code == 410
            assert thief.post("/admin/login/link", data={"token": "x"}).status_code == 410
        service.command("user", "add", ANN)
        assert service.command("user", "role", ANN, "owner") == {"email": ANN, "role": "owner"}
        link = service.command("user", "password", ANN)["link"]
        path = "/reset/" + link.rpartition("/")[2]
        with httpx2.Client(base_url=service.url, headers=FROM_HERE) as browser:
            assert browser.post(path, data={"password": PASSWORD}).status_code == 303
            assert browser.post(path, data={"password": PASSWORD}).status_code == 410
            fields = {"email": ANN, "password": PASSWORD}
            assert browser.post("/admin/login", data=fields).headers["location"] == "/admin"
            assert browser.get("/admin").status_code == 200
            service.command("user", "role", ANN, "none")
            assert browser.get("/admin").status_code == 303


async def test_the_desk_wants_a_second_factor_before_anything(people: People) -> None:
    """The password leads to its set-up alone; with it in force, the next sign-in asks for a code."""
    async with people.browser() as browser:
        await people.sign_up(browser, ANN)
        await give_role(people)
        fields = {"email": ANN, "password": PASSWORD}
        await browser.post("/admin/login", data=fields)
        assert (await browser.get("/admin")).headers["location"] == "/admin/second-factor"
        await turn_on_second_factor(browser, people, "/admin")
        assert (await browser.get("/admin")).status_code == 200
        await browser.post("/admin/sign-out")
        again = await browser.post("/admin/login", data=fields)
        assert again.headers["location"] == "/admin/login/code"
        assert (await browser.get("/admin")).headers["location"].startswith("/admin/login")


@pytest.mark.parametrize(
    ("settings", "address", "headers", "let_in"),
    [
        ({}, "127.0.0.1", {}, True),
        ({}, "192.0.2.1", {}, False),
        ({}, "127.0.0.1", {"Host": "slovomat.example"}, False),
        ({}, "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, False),
        ({}, "127.0.0.1", {"Via": "1.1 proxy"}, False),
        ({"site": "https://slovomat.example"}, "127.0.0.1", {}, False),
        ({"trusted_proxies": ["127.0.0.1"]}, "127.0.0.1", {}, False),
        ({"host": "192.0.2.10"}, "127.0.0.1", {}, False),
    ],
)
async def test_only_who_nobody_else_can_reach_does_without(
    tmp_path: Path, settings: dict[str, object], address: str, headers: dict[str, str], let_in: bool
) -> None:
    """The loopback exception ends with a public name, a proxy, or an interface of the outside."""
    async with people_at(tmp_path, settings, LOOPBACK) as people, people.browser(address) as browser:
        await people.sign_up(browser, ANN)
        await give_role(people)
        await browser.post("/admin/login", data={"email": ANN, "password": PASSWORD})
        answer = await browser.get("/admin", headers=headers)
        assert (answer.status_code == 200) is let_in, answer.headers
