"""What the fields of the calls are."""

from slovomat.web.pages.texts.text import Text

FIELDS = {
    "field_input_text": Text("Текст", "The text"),
    "field_content": Text("Текст", "The text"),
    "field_mode": Text("Один из режимов ниже", "One of the modes below"),
    "field_mode_chat": Text("Один из режимов ниже; иначе `chat`", "One of the modes below; else `chat`"),
    "field_key": Text("API ключ", "The API key"),
    "field_idempotency_key": Text(
        "То же, что заголовок `Idempotency-Key`", "The same as the header `Idempotency-Key`"
    ),
    "field_request_id": Text("Номер из ответа на создание", "The id from the answer to create"),
    "field_messages": Text(
        "Переписка: список сообщений с `role` и `content`",
        "The conversation: a list of messages with `role` and `content`",
    ),
    "field_model": Text("Имя модели или `mode-…`", "The name of a model, or `mode-…`"),
    "field_stream": Text("`true` — выдавать по мере готовности", "`true`: deliver as it is made"),
    "field_stream_options": Text(
        "`include_usage: true` добавит последним событием расход токенов",
        "`include_usage: true` adds one last event with the tokens used",
    ),
    "field_rest": Text("Прочие параметры OpenAI", "The other parameters of OpenAI"),
}
