"""What refusals say, in Russian and English: one catalogue, which a dialect may override by code."""

from slovomat.dialects.calls import Voice
from slovomat.domain.refusal import Code, Refusal

Catalogue = dict[Code, tuple[str, str]]

TEXTS: Catalogue = {
    Code.KEY_MISSING: (
        "Не указан API ключ. Получить можно на {site}/account",
        "No API key given. Get one at {site}/account",
    ),
    Code.KEY_UNKNOWN: (
        "Некорректный API ключ. Получить можно на {site}/account",
        "Invalid API key. Get one at {site}/account",
    ),
    Code.KEY_MISTYPED: (
        "Некорректный API ключ. Получить можно на {site}/account",
        "Invalid API key. Get one at {site}/account",
    ),
    Code.KEY_FORBIDS: (
        "Этот API ключ не разрешает такой запрос ({what}). Настройки ключа: {site}/account",
        "This API key does not allow the request ({what}). Its settings: {site}/account",
    ),
    Code.KEY_CAP: (
        "Лимит этого API ключа исчерпан. Настройки ключа: {site}/account",
        "The cap of this API key is used up. Its settings: {site}/account",
    ),
    Code.PLAN_CLOSED: (
        "Использовать API можно только на {tariffs}. Ваш тариф: {plan}.",
        "The API is open only on {tariffs}. Your plan: {plan}.",
    ),
    Code.BALANCE_LOW: (
        "Недостаточно запросов для генерации. Баланс: {balance}. Нужно: {price}. "
        "Оплатить запросы: {site}/price",
        "Not enough requests for a generation. Balance: {balance}. Needed: {price}. "
        "Buy requests: {site}/price",
    ),
    Code.TOO_OFTEN: (
        "Слишком много запросов. Повторите через {seconds} с.",
        "Too many requests. Try again in {seconds} s.",
    ),
    Code.NOT_JSON: (
        "Тело запроса должно быть объектом JSON в UTF-8 ({detail})",
        "The body must be a JSON object in UTF-8 ({detail})",
    ),
    Code.FIELDS_MISSING: (
        "Отсутствуют необходимые параметры: {fields}",
        "Required parameters are missing: {fields}",
    ),
    Code.FIELD_BAD: ("Некорректный параметр {field}: {allowed}", "Invalid parameter {field}: {allowed}"),
    Code.MODE_UNKNOWN: (
        "Неизвестный режим {field}. Допустимые: {modes}",
        "Unknown mode in {field}. Allowed: {modes}",
    ),
    Code.MODEL_UNKNOWN: (
        "Модель не найдена: {model}. Список: GET /v1/models",
        "The model does not exist: {model}. The list: GET /v1/models",
    ),
    Code.REQUEST_UNKNOWN: ("Запрос с таким ID не найден", "No request with this ID was found"),
    Code.PATH_UNKNOWN: (
        "Такого адреса нет. Описание API: {site}/api-documentation",
        "There is nothing at this address. The API: {site}/api-documentation",
    ),
    Code.METHOD_WRONG: (
        "Метод не поддерживается. Допустимые: {methods}",
        "Method not allowed. Allowed: {methods}",
    ),
    Code.BODY_TOO_LARGE: (
        "Тело запроса больше {limit} байт",
        "The body is larger than {limit} bytes",
    ),
    Code.HEADERS_TOO_LARGE: ("Слишком много заголовков", "Too many headers"),
    Code.TOO_SLOW: ("Запрос передавался слишком долго", "The request took too long to arrive"),
    Code.HTTP_BROKEN: ("Запрос нарушает правила HTTP", "The request breaks the rules of HTTP"),
    Code.BODY_ENCODED: (
        "Сжатые тела не читаются (Content-Encoding: {encoding}): отправьте JSON как есть",
        "Compressed bodies are not read (Content-Encoding: {encoding}): send the JSON as it is",
    ),
    Code.IDEMPOTENCY_KEY_BAD: (
        "Idempotency-Key: от 1 до 255 печатных символов",
        "Idempotency-Key: 1 to 255 printable characters",
    ),
    Code.IDEMPOTENCY_IN_PROGRESS: (
        "Запрос с этим Idempotency-Key ещё выполняется",
        "The request with this Idempotency-Key is still at work",
    ),
    Code.IDEMPOTENCY_MISMATCH: (
        "Этот Idempotency-Key уже использован с другим запросом",
        "This Idempotency-Key was used with another request",
    ),
    Code.OVERLOADED: (
        "Сервис перегружен. Повторите через несколько секунд.",
        "The service is overloaded. Try again in a few seconds.",
    ),
    Code.DRAINING: (
        "Сервис перезапускается, запросы не списаны. Повторите через несколько секунд.",
        "The service is restarting, nothing was charged. Try again in a few seconds.",
    ),
    Code.NO_UPSTREAM: (
        "Модель пока недоступна: {detail_ru}. {remedy_ru}",
        "The model is not available yet: {detail}. {remedy}",
    ),
    Code.UPSTREAM_ERROR: (
        "Модель не смогла ответить. Запросы возвращены на баланс.",
        "The model could not answer. The price is back on the balance.",
    ),
    Code.UPSTREAM_TIMEOUT: (
        "Модель не ответила вовремя. Запросы возвращены на баланс.",
        "The model did not answer in time. The price is back on the balance.",
    ),
    Code.UPSTREAM_REFUSED: (
        "Модель отклонила запрос. Запросы возвращены на баланс.",
        "The model refused the prompt. The price is back on the balance.",
    ),
    Code.RESULT_PRUNED: (
        "Срок хранения результата истёк",
        "The result is no longer kept",
    ),
    Code.JOB_STOPPED: (
        "Задание остановлено сервисом вручную. Запросы возвращены на баланс.",
        "The service's operator stopped this job. The price is back on the balance.",
    ),
    Code.INTERNAL: ("Внутренняя ошибка сервиса", "Internal error of the service"),
}

ALLOWED: dict[str, tuple[str, str]] = {
    "string": ("нужна строка", "a string is needed"),
    "integer": ("нужно целое число", "an integer is needed"),
    "number": ("нужно число", "a number is needed"),
    "boolean": ("нужно true или false", "true or false is needed"),
    "positive": (
        "нужно целое число от 1, не слишком большое",
        "an integer from 1 up, not too large, is needed",
    ),
    "object": ("нужен объект", "an object is needed"),
    "objects": ("нужен список объектов", "a list of objects is needed"),
    "string_or_list": ("нужна строка или список строк", "a string or a list of strings is needed"),
    "string_or_object": ("нужна строка или объект", "a string or an object is needed"),
    "not_blank": ("текст не может быть пустым", "the text must not be blank"),
    "no_nul": ("символ NUL недопустим", "NUL characters are not allowed"),
    "messages": ("нужен непустой список сообщений", "a list of at least one message is needed"),
    "role": ("нужна строка с ролью сообщения", "a string with the message's role is needed"),
    "content": ("нужна строка или список частей", "a string or a list of parts is needed"),
}
"""What a field may be, by the word that a FIELD_BAD refusal names; other words stand as they are."""

STATUS: dict[Code, int] = {
    Code.KEY_MISSING: 403,
    Code.KEY_UNKNOWN: 403,
    Code.KEY_MISTYPED: 403,
    Code.KEY_FORBIDS: 403,
    Code.KEY_CAP: 403,
    Code.PLAN_CLOSED: 403,
    Code.BALANCE_LOW: 403,
    Code.TOO_OFTEN: 429,
    Code.NOT_JSON: 400,
    Code.FIELDS_MISSING: 400,
    Code.FIELD_BAD: 400,
    Code.MODE_UNKNOWN: 400,
    Code.MODEL_UNKNOWN: 404,
    Code.REQUEST_UNKNOWN: 404,
    Code.PATH_UNKNOWN: 404,
    Code.METHOD_WRONG: 405,
    Code.BODY_TOO_LARGE: 413,
    Code.HEADERS_TOO_LARGE: 431,
    Code.TOO_SLOW: 408,
    Code.HTTP_BROKEN: 400,
    Code.BODY_ENCODED: 415,
    Code.IDEMPOTENCY_KEY_BAD: 400,
    Code.IDEMPOTENCY_IN_PROGRESS: 409,
    Code.IDEMPOTENCY_MISMATCH: 422,
    Code.OVERLOADED: 503,
    Code.DRAINING: 503,
    Code.NO_UPSTREAM: 503,
    Code.UPSTREAM_ERROR: 502,
    Code.UPSTREAM_TIMEOUT: 504,
    Code.UPSTREAM_REFUSED: 400,
    Code.RESULT_PRUNED: 410,
    Code.JOB_STOPPED: 500,
    Code.INTERNAL: 500,
}
"""The HTTP status of each code; a dialect may differ."""


def message(refusal: Refusal, voice: Voice, own: Catalogue, price_requests: int = 0) -> str:
    """The sentence of a refusal, from the dialect's own catalogue or the common one."""
    column = 1 if voice.language == "en" else 0
    template = own.get(refusal.code, TEXTS[refusal.code])[column]
    names: dict[str, str | int] = {
        **refusal.names,
        "site": voice.site,
        "balance": refusal.balance_requests or 0,
        "price": price_requests,
        "seconds": -(-(refusal.retry_after_ms or 1000) // 1000),
    }
    if refusal.code is Code.FIELD_BAD:
        word = str(refusal.names["allowed"])
        names["allowed"] = ALLOWED[word][column] if word in ALLOWED else word
    if refusal.code is Code.PLAN_CLOSED:
        names["tariffs"] = _tariffs(str(refusal.names["plans"]), voice.language)
    return template.format_map(names)


def _tariffs(plans: str, language: str) -> str:
    several = ", " in plans
    if language == "en":
        return f"the plans {plans}" if several else f"the plan {plans}"
    return f"тарифах {plans}" if several else f"тарифе {plans}"


_JOB_ENDS = frozenset(
    {
        Code.UPSTREAM_ERROR,
        Code.UPSTREAM_TIMEOUT,
        Code.UPSTREAM_REFUSED,
        Code.OVERLOADED,
        Code.JOB_STOPPED,
        Code.INTERNAL,
    }
)
"""The codes with which a job may fail; anything else in its record is the upstream's own sentence."""


def job_error(error: str, voice: Voice, own: Catalogue) -> str:
    """The sentence of a failed job: of its code, or the upstream's own words."""
    if error not in _JOB_ENDS:
        return error
    return message(Refusal(code=Code(error)), voice, own)
