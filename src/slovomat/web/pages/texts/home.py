"""The front page: what this instance is, and three ways to call it."""

from slovomat.web.pages.texts.text import Text

HOME = {
    "home_title": Text("Положите запрос, получите текст", "Put a request in, get text out"),
    "home_lead": Text(
        "Словомат генерирует тексты и продаёт их поштучно. Одна генерация стоит {price}. Один баланс и "
        "один ключ подходят ко всем трём API.",
        "Slovomat generates text and sells it by the piece. One generation costs {price}. One balance "
        "and one key open all three APIs.",
    ),
    "home_start": Text("Как вызвать", "How to call it"),
    "home_prices": Text("Посмотреть цены", "See the prices"),
    "home_model_local": Text(
        "Сейчас отвечает небольшая модель на самом сервере. Она годится для пробы: подключить код, "
        "проверить баланс и ошибки.",
        "A small model on the server itself answers now. It is good for a trial: to connect your code, "
        "to see balance and errors work.",
    ),
    "home_model_named": Text("Модели этого сервиса: {models}.", "Models of this service: {models}."),
    "home_first": Text("Первый вызов", "The first call"),
    "home_first_hint": Text(
        "Замените `YOUR_KEY` своим ключом, а `59877` — номером из ответа.",
        "Put your own key in place of `YOUR_KEY`, and the id from the answer in place of `59877`.",
    ),
    "home_ways": Text("Три способа вызвать", "Three ways to call it"),
    "home_ways_lead": Text(
        "Программы, написанные для таких API, работают здесь без переделки: меняется только адрес.",
        "Programs written for such APIs run here unchanged, but for the host.",
    ),
    "home_way_textbot": Text("Задания: textbot", "Jobs: textbot"),
    "home_way_textbot_lead": Text(
        "Создайте запрос, опрашивайте статус, заберите результат. До {chars} за раз.",
        "Create a request, poll its status, take the result. Up to {chars} at once.",
    ),
    "home_way_chatinfo": Text("Задания: chatinfo", "Jobs: chatinfo"),
    "home_way_chatinfo_lead": Text(
        "Те же режимы, счёт в API Units: один юнит — {unit}. До {chars} за раз.",
        "The same modes, counted in API Units: one unit is {unit}. Up to {chars} at once.",
    ),
    "home_way_openai": Text("Чат: OpenAI API", "Chat: the OpenAI API"),
    "home_way_openai_lead": Text(
        "Официальные клиенты OpenAI, потоковая выдача, инструменты. Меняются адрес и ключ.",
        "The official OpenAI clients, streaming, tools. Only the address and the key change.",
    ),
    "home_way_price": Text("{price} за генерацию", "{price} a generation"),
    "home_way_more": Text("Описание и примеры", "Description and samples"),
    "home_mode_forms": Text("режим|режима|режимов", "mode|modes"),
    "home_modes": Text("с готовыми промптами", "with prompts that are ready"),
    "home_modes_lead": Text(
        "Назовите режим, и текст уйдёт модели с проверенной инструкцией. В чате режим выбирается "
        "моделью `mode-…`.",
        "Name a mode, and your text goes to the model with a tried instruction. In the chat API a mode "
        "is a model called `mode-…`.",
    ),
    "home_promises": Text("На что можно положиться", "What you can rely on"),
    "home_promise_once": Text("Списание ровно один раз", "Charged exactly once"),
    "home_promise_once_lead": Text(
        "Повторите вызов с тем же `Idempotency-Key`: придёт первый ответ, второй раз платить не нужно.",
        "Repeat a call with the same `Idempotency-Key`: the first answer comes back, and is paid once.",
    ),
    "home_promise_back": Text("Неудача бесплатна", "A failure is free"),
    "home_promise_back_lead": Text(
        "Генерация не получилась — цена целиком возвращается туда, откуда была взята.",
        "When a generation fails, its whole price goes back to where it was taken from.",
    ),
    "home_promise_free": Text("Опрос ничего не стоит", "Polling costs nothing"),
    "home_promise_free_lead": Text(
        "Статус, баланс и список моделей не тратят запросов.",
        "Status, balance and the list of models spend no requests.",
    ),
}
