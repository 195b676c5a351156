"""The ledger and all else that must not be lost."""
