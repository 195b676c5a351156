"""The servers of the wire tests: few, started once, used by customers who do not know each other."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count

import pytest

from tests.wire.chaos_upstream import ChaosUpstream, chaos_upstream
from tests.wire.customers import Customer, Office, office_of
from tests.wire.deadline import until
from tests.wire.service import Service

OpenOffice = Callable[..., Office]
_names = count(1)


def check_books(office: Office) -> None:
    """After all that was done to a service nothing is held any more, and every balance is proved."""
    until(lambda: office.audit().held == 0, 15, "the end of every hold")
    assert office.audit().violations == ()


@pytest.fixture(scope="session")
def chaos() -> Iterator[ChaosUpstream]:
    """The upstream of every service here."""
    with chaos_upstream() as upstream:
        yield upstream


@pytest.fixture(scope="session")
def open_office(chaos: ChaosUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenOffice]:
    """Starts services with settings of their own; they run to the session's end."""
    with ExitStack() as stack:

        def start(upstream_url: str = "", **settings: object) -> Office:
            data = tmp_path_factory.mktemp("service") / "data"
            quick = {"job_retry_wait_s": 0.05, "upstream_retry_wait_max_s": 0.1, **settings}
            service = stack.enter_context(Service(data, upstream_url or chaos.url, **quick))
            office = stack.enter_context(office_of(service))
            stack.callback(check_books, office)
            return office

        yield start


@pytest.fixture(scope="session")
def office(open_office: OpenOffice) -> Office:
    """The service with the default settings (but for shorter pauses before retries)."""
    return open_office(upstream_key="sk-upstream-secret")


@pytest.fixture(scope="session")
def hasty(open_office: OpenOffice) -> Office:
    """The service with short time limits towards the upstream."""
    return open_office(
        upstream_connect_timeout_s=0.3,
        upstream_first_byte_timeout_s=0.6,
        upstream_gap_timeout_s=0.6,
        upstream_total_timeout_s=3,
    )


@pytest.fixture(scope="session")
def chatty(open_office: OpenOffice) -> Office:
    """The service that sends a comment after every second of silence."""
    return open_office(keepalive_s=0.2)


@pytest.fixture
def site(office: Office) -> str:
    """The public URL of the default service."""
    return office.service.url


@pytest.fixture
def customer(office: Office) -> Customer:
    """A customer of the default service with 100 requests a day."""
    return office.customer()


@pytest.fixture
def name() -> str:
    """An id for the calls of one test at the upstream."""
    return f"call-{next(_names)}"


@pytest.fixture(scope="session")
def limited(open_office: OpenOffice) -> Office:
    """The service with small limits: 3 creates, 5 polls, 4 balance calls, 3 wrong keys a minute."""
    return open_office(creates_per_minute=3, polls_per_minute=5, balances_per_minute=4, bad_keys_per_minute=3)


@pytest.fixture(scope="session")
def published(open_office: OpenOffice) -> Office:
    """The service of an operator who publishes model names of his own and hides the upstream's."""
    return open_office(models="slovo-1,slovo-2", models_strict=True, hide_model="slovo-1")
