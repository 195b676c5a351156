"""Identifiers, so that one kind cannot stand in for another."""

from typing import NewType

AccountId = NewType("AccountId", int)
KeyId = NewType("KeyId", int)
PlanId = NewType("PlanId", int)
BucketId = NewType("BucketId", int)
GenerationId = NewType("GenerationId", int)
"""The id of a generation is the id of its hold, and of its job where it has one. Below 2^53."""
OrderId = NewType("OrderId", int)
PaymentId = NewType("PaymentId", int)
RefundId = NewType("RefundId", int)
PeriodId = NewType("PeriodId", int)
VersionId = NewType("VersionId", int)
BatchId = NewType("BatchId", int)
