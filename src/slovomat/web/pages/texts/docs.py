"""The documentation: what holds for all calls, then each API."""

from slovomat.web.pages.texts.docs_answers import ANSWERS
from slovomat.web.pages.texts.docs_fields import FIELDS
from slovomat.web.pages.texts.docs_reference import REFERENCE
from slovomat.web.pages.texts.text import Text

PROSE = {
    "docs_title": Text("Документация API", "API documentation"),
    "docs_lead": Text(
        "Три API над одним балансом. Всё на этой странице взято из самого сервиса: адрес, цены, пределы "
        "и тексты ошибок действуют сейчас.",
        "Three APIs over one balance. All on this page is taken from the service itself: address, "
        "prices, limits and error texts are those in force now.",
    ),
    "docs_contents": Text("На этой странице", "On this page"),
    "docs_common": Text("Общее", "What is common"),
    "docs_modes": Text("Режимы", "Modes"),
    "docs_errors": Text("Все ошибки", "All errors"),
    "docs_base": Text("Адрес", "Address"),
    "docs_key": Text("Ключ", "Key"),
    "docs_key_text": Text(
        "Один ключ для всех API. В `textbot` и `chatinfo` он передаётся в теле, поле `key`; в API OpenAI — "
        "заголовком `Authorization: Bearer`. Ключ без слова `Bearer` тоже подходит.",
        "One key for all APIs. `textbot` and `chatinfo` take it in the body as `key`; the OpenAI API takes "
        "the header `Authorization: Bearer`. A bare key without the word `Bearer` will do too.",
    ),
    "docs_key_get": Text("Получить ключ", "Get a key"),
    "docs_body": Text("Тело запроса", "The body"),
    "docs_body_text": Text(
        "JSON в UTF-8 при любом `Content-Type`, до {bytes} байт и {depth} уровней вложенности. Поле со "
        "значением `null` считается пропущенным.",
        "JSON in UTF-8 whatever the `Content-Type`, up to {bytes} bytes and {depth} levels of nesting. A "
        "field that is `null` counts as missing.",
    ),
    "docs_cut": Text("Длинный текст", "A long text"),
    "docs_cut_text": Text(
        "Лишнее отрезается, запрос не отклоняется. Сколько знаков не попало к модели, говорит заголовок "
        "`X-Input-Truncated`.",
        "What is too long is cut, never refused. The header `X-Input-Truncated` tells how many characters "
        "did not reach the model.",
    ),
    "docs_pay": Text("Списание", "Charging"),
    "docs_pay_text": Text(
        "Цена берётся, когда запрос принят, и возвращается целиком, если генерация не удалась. Любой ответ "
        "с ошибкой бесплатен. Опрос и баланс бесплатны всегда.",
        "The price is taken when a request is accepted, and returned in full when the generation fails. "
        "Every answer that is an error is free. Polling and balance are always free.",
    ),
    "docs_limits": Text("Частота", "How often"),
    "docs_limits_text": Text(
        "На счёт в минуту: {creates}, {polls} и {balances}. Тариф может назвать своё число. Сверх предела "
        "— 429 и `Retry-After` в секундах.",
        "An account may make, a minute: {creates}, {polls} and {balances}. A plan may name its own "
        "figure. Beyond that: 429 and `Retry-After` in seconds.",
    ),
    "docs_create_forms": Text("генерация|генерации|генераций", "generation|generations"),
    "docs_poll_forms": Text("опрос|опроса|опросов", "poll|polls"),
    "docs_balance_forms": Text("вызов баланса|вызова баланса|вызовов баланса", "balance call|balance calls"),
    "docs_hour_forms": Text("час|часа|часов", "hour|hours"),
    "docs_repeat": Text("Повтор без второй оплаты", "Repeating without paying twice"),
    "docs_repeat_text": Text(
        "Добавьте к платному вызову заголовок `Idempotency-Key` (1–255 печатных знаков; в API заданий можно "
        "полем `idempotency_key`). Тот же ключ с тем же телом в течение {hours} возвращает первый ответ "
        "с заголовком `Idempotent-Replayed: true` и оплачивается один раз.",
        "Add the header `Idempotency-Key` to a paid call (1–255 printable characters; the job APIs take a "
        "field `idempotency_key` too). The same key with the same body within {hours} gives the first "
        "answer again with `Idempotent-Replayed: true`, and is paid once.",
    ),
    "docs_language": Text("Язык ошибок", "The language of errors"),
    "docs_language_text": Text(
        "По-русски; по-английски с заголовком `Accept-Language: en`.",
        "Russian; English with the header `Accept-Language: en`.",
    ),
    "docs_headers": Text("Заголовки ответа", "Response headers"),
    "docs_header_id": Text(
        "Номер обращения; назовите его, когда пишете оператору", "The call's id; name it to the operator"
    ),
    "docs_header_charged": Text("Сколько запросов списано этим вызовом", "Requests charged by this call"),
    "docs_header_balance": Text("Сколько запросов осталось", "Requests left"),
    "docs_header_limit": Text("Предел, остаток и время до сброса", "The limit, what is left, time to reset"),
    "docs_kept": Text("Сколько хранится", "How long results are kept"),
    "docs_kept_text": Text(
        "Результат задания можно забрать в течение {days}.", "The result of a job can be taken for {days}."
    ),
    "docs_textbot_lead": Text(
        "Создайте задание, опрашивайте статус раз в две секунды, заберите текст. Генерация стоит {price}, "
        "текст до {chars}.",
        "Create a job, poll its status every two seconds, take the text. A generation costs {price}, "
        "text up to {chars}.",
    ),
    "docs_chatinfo_lead": Text(
        "Те же задания, счёт в API Units: 1 API Unit — {unit}, остаток округляется вниз. Генерация стоит "
        "{price}, текст до {chars}.",
        "The same jobs, counted in API Units: 1 API Unit is {unit}, what is left is rounded down. A "
        "generation costs {price}, text up to {chars}.",
    ),
    "docs_openai_lead": Text(
        "Годится любой клиент OpenAI: поменяйте адрес и ключ. Генерация стоит {price}, текст всех "
        "сообщений вместе до {chars}.",
        "Any client of the OpenAI API will do: change address and key. A generation costs {price}, the "
        "text of all messages together up to {chars}.",
    ),
    "docs_pass": Text("Что передаётся модели", "What goes to the model"),
    "docs_pass_text": Text(
        "Все параметры запроса: `tools`, `response_format`, изображения, `n`, `seed`, `stop` и прочие. Поле "
        "`model` можно не указывать. Если переписка длиннее предела, первыми целиком уходят самые старые "
        "реплики; `system` и последняя остаются.",
        "Every parameter of the request: `tools`, `response_format`, images, `n`, `seed`, `stop` and the "
        "rest. `model` may be missing. When a conversation is longer than the limit, the oldest turns go "
        "first, whole; `system` and the last one stay.",
    ),
    "docs_stream": Text("Потоковая выдача", "Streaming"),
    "docs_stream_text": Text(
        'С `"stream": true` ответ идёт событиями `data:`, последнее — `data: [DONE]`. В тишине каждые '
        "{seconds} с приходит строка `: keep-alive`. Поток, который оборвался с ошибкой, заканчивается "
        "событием с `error`, без `[DONE]`, и не оплачивается. Поток, из которого вы ушли сами, "
        "оплачивается, если хоть что-то уже пришло.",
        'With `"stream": true` the answer comes as `data:` events, the last being `data: [DONE]`. In '
        "silence a line `: keep-alive` comes every {seconds} s. A stream that breaks with an error ends "
        "with an event that has `error`, without `[DONE]`, and is not paid. A stream that "
        "you leave is paid once anything of it has arrived.",
    ),
    "docs_models": Text("Модели", "Models"),
    "docs_models_text": Text(
        "Имена моделей: {models}. Ещё по одной на каждый режим: `mode-essay`, `mode-article` и так далее; "
        "запрос к такой модели получает инструкцию режима.",
        "The names of models: {models}. One more for each mode: `mode-essay`, `mode-article` and so on; "
        "a request to such a model gets the mode's instruction.",
    ),
    "docs_price_each": Text("Платный", "Paid"),
    "docs_price_none": Text("Бесплатный", "Free"),
    "docs_col_about": Text("Что это", "What it is"),
    "docs_required": Text("обязательно", "required"),
    "docs_optional": Text("можно пропустить", "optional"),
    "docs_answers": Text("Ответы", "Answers"),
    "docs_samples": Text("Примеры", "Samples"),
    "docs_modes_text": Text(
        "Для `textbot` и `chatinfo` — поле `mode`; для API OpenAI — модель `mode-…`.",
        "For `textbot` and `chatinfo` the field `mode`; for the OpenAI API the model `mode-…`.",
    ),
    "docs_col_mode": Text("Режим", "Mode"),
    "docs_col_model": Text("Модель", "Model"),
    "docs_errors_text": Text(
        "Каждый отказ, его HTTP-статус в каждом API и обычные слова. Где у API слова свои, они показаны "
        "выше, при вызове.",
        "Every refusal, its HTTP status in each API, and its usual words. Where an API has words of its "
        "own, they stand above, with the call.",
    ),
    "docs_col_error": Text("Отказ", "Refusal"),
    "docs_health": Text("Проверка живости", "Is it alive?"),
    "docs_health_text": Text(
        "`GET /health` отвечает 200 без ключа.", "`GET /health` answers 200 without a key."
    ),
}
DOCS = {**PROSE, **FIELDS, **ANSWERS, **REFERENCE}
