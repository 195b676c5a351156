"""When each answer comes: one short sentence for each success and for every refusal code."""

from slovomat.domain.refusal import Code
from slovomat.web.pages.texts.text import Text

_SUCCESSES = {
    "when_accepted": Text("Принято", "Accepted"),
    "when_completed": Text("Готово", "Done"),
    "when_processing": Text("В работе", "At work"),
    "when_failed": Text("Не получилось, цена возвращена", "Failed, the price is back"),
    "when_balance": Text("Остаток", "What is left"),
    "when_chat": Text("Готово", "Done"),
    "when_stream": Text("Поток", "Stream"),
    "when_models": Text("Список", "The list"),
    "when_model": Text("Одна модель", "One model"),
}
_REFUSALS = {
    Code.KEY_MISSING: Text("Ключа нет", "No key"),
    Code.KEY_UNKNOWN: Text("Ключ неизвестен или отозван", "The key is unknown or revoked"),
    Code.KEY_MISTYPED: Text("В ключе опечатка", "The key has a typo"),
    Code.KEY_FORBIDS: Text("Ключ этого не разрешает", "The key does not allow this"),
    Code.KEY_CAP: Text("Лимит ключа исчерпан", "The key's cap is used up"),
    Code.PLAN_CLOSED: Text("Тариф не открывает этот API", "The plan does not open this API"),
    Code.BALANCE_LOW: Text("Не хватает запросов", "The balance is too low"),
    Code.TOO_OFTEN: Text("Слишком часто", "Too often"),
    Code.NOT_JSON: Text("Тело — не JSON", "The body is not JSON"),
    Code.FIELDS_MISSING: Text("Поле пропущено", "A field is missing"),
    Code.FIELD_BAD: Text("Поле не того вида", "A field of the wrong kind"),
    Code.MODE_UNKNOWN: Text("Режима нет", "No such mode"),
    Code.MODEL_UNKNOWN: Text("Модели нет", "No such model"),
    Code.REQUEST_UNKNOWN: Text("Задания с таким номером нет", "No job with this id"),
    Code.PATH_UNKNOWN: Text("Адреса нет", "No such address"),
    Code.METHOD_WRONG: Text("Метод не подходит", "Wrong method"),
    Code.BODY_TOO_LARGE: Text("Тело слишком велико", "The body is too large"),
    Code.HEADERS_TOO_LARGE: Text("Слишком много заголовков", "Too many headers"),
    Code.TOO_SLOW: Text("Запрос передавался слишком долго", "The request arrived too slowly"),
    Code.HTTP_BROKEN: Text("Запрос нарушает правила HTTP", "The request breaks the rules of HTTP"),
    Code.BODY_ENCODED: Text("Тело сжато", "The body is compressed"),
    Code.IDEMPOTENCY_KEY_BAD: Text("Негодный Idempotency-Key", "A bad Idempotency-Key"),
    Code.IDEMPOTENCY_IN_PROGRESS: Text(
        "Тот же Idempotency-Key, первый ещё в работе", "Same Idempotency-Key, the first is still at work"
    ),
    Code.IDEMPOTENCY_MISMATCH: Text(
        "Тот же Idempotency-Key, другое тело", "Same Idempotency-Key, another body"
    ),
    Code.OVERLOADED: Text("Сервис перегружен", "The service is overloaded"),
    Code.DRAINING: Text("Сервис перезапускается", "The service is restarting"),
    Code.NO_UPSTREAM: Text("Модель ещё не готова", "The model is not ready yet"),
    Code.UPSTREAM_ERROR: Text(
        "Модель не смогла ответить, цена возвращена", "The model could not answer, the price is back"
    ),
    Code.UPSTREAM_TIMEOUT: Text(
        "Модель не успела, цена возвращена", "The model took too long, the price is back"
    ),
    Code.UPSTREAM_REFUSED: Text(
        "Модель отклонила запрос, цена возвращена", "The model refused the prompt, the price is back"
    ),
    Code.RESULT_PRUNED: Text("Срок хранения истёк", "The result is no longer kept"),
    Code.JOB_STOPPED: Text(
        "Задание остановлено вручную, цена возвращена", "The job was stopped by hand, the price is back"
    ),
    Code.INTERNAL: Text("Ошибка сервиса", "A fault of the service"),
}
ANSWERS = {**_SUCCESSES, **{f"when_{code}": text for code, text in _REFUSALS.items()}}
