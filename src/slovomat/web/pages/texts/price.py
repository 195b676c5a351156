"""The price page."""

from slovomat.web.pages.texts.text import Text

PRICE = {
    "price_title": Text("Цены", "Prices"),
    "price_lead": Text(
        "Единица счёта — запрос. Тариф даёт запросы каждый день, пакет добавляет их на баланс.",
        "The unit is the request. A plan gives requests every day, a pack adds some to the balance.",
    ),
    "price_plans": Text("Тарифы", "Plans"),
    "price_packs": Text("Пакеты запросов", "Packs of requests"),
    "price_no_plans": Text("Сейчас тарифы не продаются.", "No plans are on sale now."),
    "price_no_packs": Text("Сейчас пакеты не продаются.", "No packs are on sale now."),
    "price_free": Text("Бесплатно", "Free"),
    "price_period": Text("за {days}", "for {days}"),
    "price_daily": Text("{requests} в день", "{requests} a day"),
    "price_daily_api": Text(
        "Дневные запросы можно тратить через API", "The daily requests may be spent through the API"
    ),
    "price_daily_site": Text(
        "Дневные запросы — только для страниц сайта; через API тратятся пакеты",
        "The daily requests serve the site's own pages; the API spends packs",
    ),
    "price_apis": Text("API: {names}", "APIs: {names}"),
    "price_no_apis": Text("Без доступа к API", "No access to the APIs"),
    "price_rpm": Text("До {n} в минуту", "Up to {n} a minute"),
    "price_no_rpm": Text("Без ограничения в минуту", "No limit a minute"),
    "price_get": Text("Как подключить", "How to get it"),
    "price_col_pack": Text("Пакет", "Pack"),
    "price_col_requests": Text("Запросов", "Requests"),
    "price_col_price": Text("Цена", "Price"),
    "price_col_each": Text("За один запрос", "For one request"),
    "price_col_valid": Text("Действует", "Valid"),
    "price_forever": Text("Бессрочно", "Does not expire"),
    "price_cost": Text("Сколько стоит генерация", "What a generation costs"),
    "price_col_api": Text("API", "API"),
    "price_col_generation": Text("Генерация", "Generation"),
    "price_col_text": Text("Текст за раз", "Text at once"),
    "price_unit": Text("В chatinfo 1 API Unit — это {unit}.", "In chatinfo 1 API Unit is {unit}."),
    "price_no_limit": Text("без ограничения", "no limit"),
    "price_rules": Text("Как тратятся запросы", "How requests are spent"),
    "price_rule_order": Text(
        "Сначала тратятся запросы дня, потом пакеты: первым — тот, что раньше сгорает.",
        "The day's requests go first, then packs; the pack that expires first is spent first.",
    ),
    "price_rule_day": Text(
        "Новый день начинается в полночь ({zone}). Неистраченное на завтра не переносится.",
        "A new day begins at midnight ({zone}). What is left of a day does not carry over.",
    ),
    "price_rule_back": Text(
        "Цена списывается, когда запрос принят, и возвращается целиком, если генерация не удалась.",
        "The price is taken when a request is accepted, and returned in full when the generation fails.",
    ),
    "price_rule_free": Text(
        "Опрос статуса, баланс и список моделей бесплатны.",
        "Status, balance and the list of models are free.",
    ),
}
