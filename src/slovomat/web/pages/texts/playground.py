"""The playground's page."""

from slovomat.web.pages.texts.text import Text

PLAYGROUND = {
    "play_title": Text("Песочница", "Playground"),
    "play_lead": Text(
        "Попробуйте любой режим прямо здесь. Цена та же, что через API, и дневные запросы тарифа тоже "
        "считаются.",
        "Try any mode right here. The price is that of the APIs, and your plan's daily requests count too.",
    ),
    "play_mode": Text("Режим", "Mode"),
    "play_choose": Text("Выбрать", "Choose"),
    "play_text": Text("Текст", "Text"),
    "play_max": Text("До {chars}: что длиннее, будет обрезано.", "Up to {chars}: what is longer is cut."),
    "play_parameters": Text("Параметры режима", "Parameters of the mode"),
    "play_run": Text("Сгенерировать за {price}", "Generate for {price}"),
    "play_stop": Text("Остановить", "Stop"),
    "play_as_code": Text("Показать как код", "Show as code"),
    "play_code_defaults": Text(
        "Через API режим работает с параметрами по умолчанию.",
        "Through the API a mode works with its default parameters.",
    ),
    "play_balance": Text("Осталось запросов: {n}", "Requests left: {n}"),
    "play_answer": Text("Ответ", "Answer"),
    "play_answer_empty": Text("Здесь появится текст.", "The text will appear here."),
    "play_lost": Text(
        "Связь прервалась. Если текст не пришёл, цена вернулась: загляните в историю.",
        "The connection broke. If no text came, its price is back: have a look at the history.",
    ),
    "play_noscript": Text(
        "Песочнице нужен JavaScript: текст приходит по частям. Без него пользуйтесь API.",
        "The playground needs JavaScript: the text comes in pieces. Without it, use the API.",
    ),
}
