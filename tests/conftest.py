"""What every test may ask for."""

import pytest
import structlog
from hypothesis import HealthCheck, settings

pytest_plugins = ("tests.servers.fixtures",)

# The same examples in every run, however slow the machine: a red run means a change, not luck.
settings.register_profile(
    "slovomat",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("slovomat")


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the service does."""
    return "asyncio"


@pytest.fixture(autouse=True)
def logs_to_pytest() -> None:
    """Logs go to logging, where pytest collects them, whatever the test before has configured."""
    structlog.configure(
        processors=[structlog.stdlib.render_to_log_kwargs],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
