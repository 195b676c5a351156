"""The shop's pages: orders, the ways to pay them, codes."""

from slovomat.web.pages.texts.text import Text

CHECKOUT = {
    "buy_title": Text("Покупка", "Your purchase"),
    "buy_lead": Text(
        "Проверьте, что выбрали. Способ оплаты — на следующем шаге.",
        "Check what you have chosen. How to pay is the next step.",
    ),
    "buy_go": Text("Перейти к оплате", "Go on to payment"),
    "buy_others": Text("Другие предложения", "Other offers"),
    "buy_pack": Text("Пакет: {requests}", "A pack of {requests}"),
    "buy_valid": Text("действует {days}", "valid for {days}"),
    "buy_forever": Text("без срока", "no expiry"),
    "buy_plan": Text("Тариф на {days}", "A plan for {days}"),
    "too_many_orders_title": Text("Слишком много заказов подряд", "Too many orders in a row"),
    "too_many_orders_lead": Text(
        "Подождите минуту и попробуйте снова. Уже созданные заказы ждут на странице пополнения.",
        "Wait a minute and try again. The orders made so far wait on the top-up page.",
    ),
    "order_title": Text("Заказ № {n}", "Order {n}"),
    "order_what": Text("Что покупаете", "What you buy"),
    "order_sum": Text("Сумма", "Amount"),
    "order_made": Text("Создан", "Made"),
    "order_paid_at": Text("Оплачен", "Paid"),
    "order_ways": Text("Как оплатить", "How to pay"),
    "order_ways_lead": Text(
        "Откроется страница платёжной системы. Данные карты мы не видим и не храним.",
        "The payment system's own page opens. We neither see nor keep your card.",
    ),
    "order_way": Text("Оплатить через {name}", "Pay by {name}"),
    "order_by": Text("Через", "By"),
    "order_choose": Text("Оплатить", "Pay"),
    "order_way_invoice": Text("Банковский перевод", "Bank transfer"),
    "order_way_invoice_hint": Text("Счёт для организации или ИП", "An invoice for a company"),
    "order_invoice_get": Text("Получить счёт", "Get an invoice"),
    "order_no_ways": Text(
        "Оплата пока не подключена. Напишите оператору сервиса: он выставит счёт или даст код.",
        "Payment is not set up yet. Write to the operator of this service for an invoice or a code.",
    ),
    "order_begun": Text("Осталось оплатить", "Now pay"),
    "order_begun_lead": Text(
        "Заплатите на странице «{name}» и возвращайтесь: запросы появятся сами.",
        "Pay on the page of {name} and come back: your requests will be here by themselves.",
    ),
    "order_go": Text("Оплатить {sum} в {name}", "Pay {sum} at {name}"),
    "order_other_way": Text("Другой способ оплаты", "Another way to pay"),
    "order_waits": Text("Ждём подтверждения", "Waiting for confirmation"),
    "order_waits_lead": Text(
        "Спрашиваем платёжную систему. Обычно это секунды, иногда минуты. Страницу можно закрыть: "
        "деньги не потеряются, запросы придут на баланс, чек — на почту.",
        "We are asking the payment system. It takes seconds, sometimes minutes. You may close this page: "
        "the money is safe, the requests will reach your balance, and the receipt your mailbox.",
    ),
    "order_again": Text("Проверить ещё раз", "Check again"),
    "order_not_paid": Text("Я ещё не оплатил", "I have not paid yet"),
    "order_paid": Text("Оплачено", "Paid"),
    "order_paid_pack": Text("{requests} на балансе.", "{requests} are on your balance."),
    "order_paid_plan": Text("Тариф «{name}» ваш на {days}.", "The plan “{name}” is yours for {days}."),
    "order_keys": Text("К ключам", "To your keys"),
    "order_playground": Text("Попробовать здесь", "Try it here"),
    "order_refunded": Text("Деньги возвращены", "The money was given back"),
    "order_cancelled": Text("Заказ отменён", "The order is cancelled"),
    "order_cancelled_lead": Text(
        "Платёж не прошёл, деньги не списаны. Можно оформить заказ заново.",
        "The payment did not go through, nothing was charged. You can order anew.",
    ),
    "order_new_one": Text("Выбрать снова", "Choose again"),
    "order_invoice_waits": Text(
        "Счёт выставлен. Как только оператор увидит перевод, он подтвердит оплату.",
        "The invoice is made out. The operator confirms it when the transfer arrives.",
    ),
    "order_invoice_open": Text("Открыть счёт", "Open the invoice"),
    "order_act": Text("Акт", "Closing document"),
    "order_no_order": Text("Такого заказа нет.", "There is no such order."),
    "order_not_on_sale": Text("Этого больше нет в продаже.", "This is not on sale any more."),
    "order_no_provider": Text(
        "Этот способ оплаты сейчас недоступен. Выберите другой.",
        "This way to pay is not available now. Choose another one.",
    ),
    "order_paid_already": Text("Заказ уже оплачен или закрыт.", "The order is paid or closed already."),
    "order_refused": Text(
        "Платёжная система отказалась начать платёж. Деньги не списаны. Попробуйте другой способ "
        "или напишите оператору.",
        "The payment system declined to begin the payment. Nothing was charged. Try another way, "
        "or write to the operator.",
    ),
    "order_unavailable": Text(
        "Платёжная система не отвечает. Деньги не списаны. Попробуйте ещё раз через минуту "
        "или выберите другой способ.",
        "The payment system does not answer. Nothing was charged. Try again in a minute, "
        "or choose another way.",
    ),
    "topup_title": Text("Пополнить баланс", "Top up"),
    "topup_lead": Text(
        "Пакеты запросов и тарифы, коды и всё, что вы уже купили.",
        "Packs of requests and plans, codes, and all that you have bought.",
    ),
    "topup_buy": Text("Купить", "Buy"),
    "topup_col_what": Text("Что", "What"),
    "topup_col_price": Text("Цена", "Price"),
    "topup_none": Text("Пока ничего не продаётся", "Nothing is on sale yet"),
    "topup_debt": Text(
        "За вами {requests}: деньги за них вернули, а они уже потрачены. Их спишем со следующего пакета.",
        "You owe {requests}: their money was given back after they had been spent. "
        "They will be taken from your next pack.",
    ),
    "topup_codes": Text("Есть код?", "Have a code?"),
    "topup_codes_lead": Text(
        "Код из четырёх групп по пять знаков, например с подарочной карты. Каждый действует один раз.",
        "A code is four groups of five characters. Each is good once.",
    ),
    "topup_code": Text("Код", "Code"),
    "topup_redeem": Text("Применить", "Redeem"),
    "topup_col_when": Text("Когда", "When"),
    "topup_used_codes": Text("Ваши коды", "Your codes"),
    "topup_history": Text("Заказы", "Orders"),
    "topup_col_order": Text("Заказ", "Order"),
    "topup_col_sum": Text("Сумма", "Amount"),
    "topup_col_way": Text("Через", "By"),
    "topup_col_state": Text("Состояние", "State"),
    "topup_by_invoice": Text("по счёту", "by invoice"),
    "topup_no_orders": Text("Заказов пока нет", "No orders yet"),
    "topup_no_orders_lead": Text("Первый появится здесь.", "The first will be here."),
    "topup_back": Text("возвращено {sum}", "{sum} given back"),
    "topup_state_new": Text("не оплачен", "not paid"),
    "topup_state_waiting": Text("ждёт оплаты", "waits for payment"),
    "topup_state_paid": Text("оплачен", "paid"),
    "topup_state_refunded": Text("деньги возвращены", "refunded"),
    "topup_state_cancelled": Text("отменён", "cancelled"),
    "code_unknown": Text(
        "Такого кода нет. Проверьте, все ли двадцать знаков на месте.",
        "There is no such code. Check that all twenty characters are there.",
    ),
    "code_used": Text("Этот код уже использован.", "This code has been used already."),
    "code_expired": Text("Срок этого кода истёк.", "This code has expired."),
    "code_slow": Text("Слишком много попыток. Подождите минуту.", "Too many attempts. Wait a minute."),
    "said_code_taken": Text("Код принят, всё уже на балансе.", "The code is taken; it is on your balance."),
    "said_code_before": Text("Этот код уже ваш: вы применили его раньше.", "This code is yours already."),
}
