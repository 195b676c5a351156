"""How a command ends: the exit codes, and the exception that carries one with its message."""

from enum import IntEnum


class Exit(IntEnum):
    """Every exit code of every command."""

    OK = 0
    FAILED = 1
    """The thing asked was not done, or an invariant is broken."""
    USAGE = 2
    CONFIGURATION = 3
    NOT_FOUND = 4
    DATABASE = 5
    UPSTREAM = 6
    INTERRUPTED = 130


class FaultError(Exception):
    """An expected fault: its exit code and one clear sentence in both languages."""

    def __init__(self, exit_code: Exit, english: str, russian: str) -> None:
        super().__init__(english)
        self.exit_code = exit_code
        self.english = english
        self.russian = russian


def fault_of(error: Exception) -> FaultError | None:
    """The fault that a known exception of a lower layer means; None for a bug.

    The imports are late on purpose: no command pays for them until something went wrong.
    """
    from slovomat.modes import BadParameter, BrokenMode
    from slovomat.ports.store import StoreUnavailableError
    from slovomat.settings import BadSettingsError
    from slovomat.upstreams.model_fault import ModelError, ModelFault

    text = str(error)
    match error:
        case FaultError():
            return error
        case ExceptionGroup() if len(error.exceptions) == 1:  # raised inside a task group
            return fault_of(error.exceptions[0])
        case BadSettingsError():
            return FaultError(Exit.CONFIGURATION, text, text)
        case BrokenMode():
            return FaultError(Exit.CONFIGURATION, text, text)
        case BadParameter():
            return FaultError(Exit.USAGE, text, text)
        case StoreUnavailableError():
            return FaultError(Exit.DATABASE, f"database: {text}", f"база данных: {text}")
        case ModelError():
            code = Exit.NOT_FOUND if error.fault is ModelFault.UNKNOWN_MODEL else Exit.FAILED
            return FaultError(
                code, f"{error.detail}; {error.remedy('en')}", f"{error.detail}; {error.remedy('ru')}"
            )
        case BrokenPipeError():
            return None
        case OSError():
            return FaultError(Exit.FAILED, text, text)
        case _:
            return None
