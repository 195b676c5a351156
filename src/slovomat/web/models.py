"""The handlers of the list of models."""

from slovomat.dialects.calls import Action, Answer
from slovomat.dialects.openai_chat import DIALECT
from slovomat.domain.refusal import Refusal
from slovomat.web.desk import Desk
from slovomat.web.exchange import Exchange


class Models:
    """`GET /v1/models` and `GET /v1/models/{id}`: free, but a key is needed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._modes = desk.services.modes

    async def all(self, exchange: Exchange) -> None:
        """The list."""
        await self._answer(exchange, DIALECT.models(self._desk.terms(DIALECT), self._modes), Action.MODELS)

    async def one(self, exchange: Exchange) -> None:
        """One of them."""
        name = exchange.decoded_path.removeprefix("/v1/models/")
        answer = DIALECT.model(name, self._desk.terms(DIALECT), self._modes)
        await self._answer(exchange, answer, Action.MODEL)

    async def _answer(self, exchange: Exchange, answer: Answer | Refusal, action: Action) -> None:
        caller = await self._desk.bearer(exchange, DIALECT)
        refusal = caller if isinstance(caller, Refusal) else answer
        if isinstance(refusal, Refusal):
            self._desk.refuse(exchange, DIALECT, refusal, action)
        else:
            self._desk.answer(exchange, refusal)
