"""What every test may ask for."""

import pytest
import structlog


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the service does."""
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def logs_to_pytest() -> None:
    """Logs go to logging, where pytest collects them: by itself structlog keeps whatever standard output
    was when it was first imported, which may be a test's that is over."""
    structlog.configure(
        processors=[structlog.stdlib.render_to_log_kwargs],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
