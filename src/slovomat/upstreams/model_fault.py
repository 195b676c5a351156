"""Why there is no model to call, and what the operator can do about it."""

from enum import StrEnum

from slovomat.ports.upstream import Readiness


class ModelFault(StrEnum):
    """Every reason for which the embedded model is not there, or not running."""

    NO_ENGINE = "no_engine"
    NO_PIP = "no_pip"
    NO_NETWORK = "no_network"
    NO_DISK = "no_disk"
    WRONG_HASH = "wrong_hash"
    UNWRITABLE = "unwritable"
    UNKNOWN_MODEL = "unknown_model"
    CANCELLED = "cancelled"
    CRASHED = "crashed"


_REMEDIES = {
    ModelFault.NO_ENGINE: (
        "install the engine: pip install 'slovomat[local]', or name an upstream: SLOVOMAT_UPSTREAM_URL",
        "установите движок: pip install 'slovomat[local]' или укажите сервис: SLOVOMAT_UPSTREAM_URL",
    ),
    ModelFault.NO_PIP: (
        "this Python has no pip: run `python -m ensurepip`, then `slovomat model pull`",
        "в этом Python нет pip: выполните `python -m ensurepip`, затем `slovomat model pull`",
    ),
    ModelFault.NO_NETWORK: (
        "check the network and pip's index or proxy, then `slovomat model pull`; what has come is kept",
        "проверьте сеть, индекс и прокси pip, затем `slovomat model pull`; скачанное сохранено",
    ),
    ModelFault.NO_DISK: (
        "free some disk, take a smaller model (SLOVOMAT_LOCAL_MODEL) or another data folder (SLOVOMAT_DATA)",
        "освободите место, возьмите модель меньше (SLOVOMAT_LOCAL_MODEL) или другую папку (SLOVOMAT_DATA)",
    ),
    ModelFault.WRONG_HASH: (
        "what came was not the model and was removed: run `slovomat model pull` again, by another network",
        "скачанное не совпало с моделью и удалено: повторите `slovomat model pull`, лучше через другую сеть",
    ),
    ModelFault.UNWRITABLE: (
        "let the service write to its data folder (SLOVOMAT_DATA)",
        "дайте сервису право писать в папку данных (SLOVOMAT_DATA)",
    ),
    ModelFault.UNKNOWN_MODEL: (
        "take a name that `slovomat model list` shows",
        "возьмите имя из `slovomat model list`",
    ),
    ModelFault.CANCELLED: (
        "run `slovomat model pull`; what has come is kept",
        "запустите `slovomat model pull`; скачанное сохранено",
    ),
    ModelFault.CRASHED: (
        "see the log; where memory is short, take a smaller model: SLOVOMAT_LOCAL_MODEL",
        "посмотрите журнал; если мало памяти, возьмите модель меньше: SLOVOMAT_LOCAL_MODEL",
    ),
}


_REASONS = {
    ModelFault.NO_ENGINE: ("the engine is not installed", "движок не установлен"),
    ModelFault.NO_PIP: ("the weights cannot be fetched", "веса не скачать"),
    ModelFault.NO_NETWORK: ("the weights could not be fetched", "веса не скачались"),
    ModelFault.NO_DISK: ("there is not enough disk", "не хватает места на диске"),
    ModelFault.WRONG_HASH: ("what was fetched is not the model", "скачано не то"),
    ModelFault.UNWRITABLE: ("the data folder cannot be written", "в папку данных нельзя писать"),
    ModelFault.UNKNOWN_MODEL: ("there is no such model", "такой модели нет"),
    ModelFault.CANCELLED: ("the download was stopped", "скачивание остановлено"),
    ModelFault.CRASHED: ("the engine does not run", "движок не работает"),
}
_PASSING = frozenset({ModelFault.NO_NETWORK, ModelFault.CRASHED})
"""Tried again after a pause, these often go away."""


def readiness(fault: ModelFault, model: str) -> Readiness:
    """The fault in words for everybody; what exactly happened stands in the log."""
    english, russian = _REASONS[fault]
    prefix = f"{model}: " if model else ""
    return Readiness(
        ready=False,
        detail=prefix + english,
        remedy=remedy(fault),
        detail_ru=prefix + russian,
        remedy_ru=remedy(fault, "ru"),
        passing=fault in _PASSING,
    )


def remedy(fault: ModelFault, language: str = "en") -> str:
    """What to do, in `ru` or `en`."""
    english, russian = _REMEDIES[fault]
    return russian if language == "ru" else english


class ModelError(Exception):
    """A model's weights could not be had; `detail` says what happened, `remedy` what to do."""

    def __init__(self, fault: ModelFault, detail: str) -> None:
        super().__init__(f"{detail}; {remedy(fault)}")
        self.fault = fault
        self.detail = detail

    def remedy(self, language: str = "en") -> str:
        """What to do, in `ru` or `en`."""
        return remedy(self.fault, language)
