"""The Python client of Slovomat and of every service that speaks one of its two job dialects."""

from slovomat.client.blocking import Slovomat
from slovomat.client.errors import (
    BadRequest,
    BalanceTooLow,
    GenerationFailed,
    InvalidKey,
    Overloaded,
    PlanClosed,
    RateLimited,
    RequestNotFound,
    ServiceUnreachable,
    SlovomatError,
    TimedOut,
)
from slovomat.client.nonblocking import AsyncSlovomat
from slovomat.client.values import Completed, Failed, Processing, Status, Submitted

__all__ = [
    "AsyncSlovomat",
    "BadRequest",
    "BalanceTooLow",
    "Completed",
    "Failed",
    "GenerationFailed",
    "InvalidKey",
    "Overloaded",
    "PlanClosed",
    "Processing",
    "RateLimited",
    "RequestNotFound",
    "ServiceUnreachable",
    "Slovomat",
    "SlovomatError",
    "Status",
    "Submitted",
    "TimedOut",
]
