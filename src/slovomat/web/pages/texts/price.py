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
    "price_col_price": Text("Цена", "Price"),
    "price_subscribe": Text("Подключить", "Subscribe"),
    "price_begin": Text("Начать бесплатно", "Begin for free"),
    "price_mine": Text("Моя подписка", "My subscription"),
    "price_buy": Text("Купить", "Buy"),
    "price_packs_lead": Text(
        "Пакет ложится на баланс сразу после оплаты и тратится, когда кончаются запросы дня.",
        "A pack is on the balance as soon as it is paid, and is spent when the day's requests are used up.",
    ),
    "price_each": Text("{price} за запрос", "{price} a request"),
    "price_valid": Text("Действует {days}", "Valid for {days}"),
    "calc_title": Text("Сколько выйдет в месяц", "What a month comes to"),
    "calc_lead": Text(
        "Скажите, сколько текстов вам нужно, — посчитаем каждый тариф вместе с пакетами.",
        "Say how many texts you need: we reckon each plan together with its packs.",
    ),
    "calc_texts": Text("Текстов в месяц", "Texts a month"),
    "calc_chars": Text("Знаков в исходном тексте", "Characters in the source text"),
    "calc_chars_hint": Text(
        "Длинный текст делится на части, каждая — отдельная генерация.",
        "A long text is cut into parts; each part is a generation of its own.",
    ),
    "calc_api": Text("Через какой API", "Through which API"),
    "calc_go": Text("Посчитать", "Reckon"),
    "calc_empty": Text("Здесь появится расчёт.", "The sum appears here."),
    "calc_none": Text(
        "Ни один тариф не открывает этот API или пакетов сейчас нет в продаже.",
        "No plan opens this API, or no packs are on sale now.",
    ),
    "calc_requests": Text("Это {requests} в месяц.", "That is {requests} a month."),
    "calc_pieces": Text("На каждый текст — {pieces}.", "Each text takes {pieces}."),
    "calc_best": Text("выгоднее всего", "best price"),
    "calc_plan": Text("Тариф: {price}", "Plan: {price}"),
    "calc_pack": Text("пакет «{name}»", "pack “{name}”"),
    "calc_text": Text("{price} за текст", "{price} a text"),
    "generation_forms": Text("генерация|генерации|генераций", "generation|generations"),
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
