"""How a command ends: the exit codes, and the exception that carries one with its message."""

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slovomat.storage.moving import TakenError


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
    from slovomat.cli.database_faults import explained
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
            return FaultError(Exit.DATABASE, *explained(error))
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
            return _fault_of_a_copy(error)


def _fault_of_a_copy(error: Exception) -> FaultError | None:
    from slovomat.storage.moving import TakenError
    from slovomat.storage.sqlite_file import InUseError
    from slovomat.storage.transfer import TransferError

    text = str(error)
    match error:
        case InUseError():
            return _busy(text)
        case TakenError():
            return _taken(error)
        case TransferError():
            return FaultError(
                Exit.DATABASE, f"the copy is not what it should be: {text}", f"копия не сошлась: {text}"
            )
        case _:
            return None


def _busy(named: str) -> FaultError:
    return FaultError(
        Exit.FAILED,
        f"a service runs on {named}; stop it first",
        f"с {named} работает сервис; сначала остановите его",
    )


def _taken(error: "TakenError") -> FaultError:
    from slovomat.cli.places import name_of

    named = name_of(error.where)
    if error.why == "served":
        return _busy(named)
    return FaultError(
        Exit.FAILED,
        f"{named} holds an instance already; nothing was changed",
        f"в {named} уже есть экземпляр; ничего не изменено",
    )
