"""The operator's desk: money, prices, codes, and what is only looked at."""

from slovomat.web.pages.texts.text import Text

ADMIN_MONEY = {
    "admin_any": Text("любые", "any"),
    "admin_payments_lead": Text(
        "Деньги зачисляются сами, когда провайдер подтверждает их на наш вопрос. Здесь то, что требует рук.",
        "Money is credited by itself once the provider confirms it to us. Here is what needs a hand.",
    ),
    "admin_only_troubled": Text("Только с проблемами", "Only with a problem"),
    "admin_payments_none": Text("Платежей нет", "No payments"),
    "admin_payments_none_lead": Text("Таких платежей ещё не было.", "There were none such so far."),
    "admin_problem": Text("Не зачислено", "Not credited"),
    "admin_reference": Text("Наш номер", "Our reference"),
    "admin_provider_id": Text("Номер у провайдера", "The provider's id"),
    "admin_begun": Text("Начат", "Begun"),
    "admin_paid_at": Text("Оплачен", "Paid"),
    "admin_checked_at": Text("Спросили провайдера", "Last asked about"),
    "admin_check_after": Text("Спросим снова", "Asked again at"),
    "admin_confirmed_by": Text("Подтвердил", "Confirmed by"),
    "admin_buyer": Text("Реквизиты", "Buyer"),
    "admin_given": Text("Выдано", "Given"),
    "admin_given_pack": Text("пакет № {id}", "pack No. {id}"),
    "admin_given_period": Text("период тарифа № {id}", "period of a plan No. {id}"),
    "admin_refunded": Text("Возвращено", "Given back"),
    "admin_closing": Text("Закрывающий чек", "Closing receipt"),
    "admin_closing_asked": Text(
        "запрошен; если ответа нет, проверьте в кабинете провайдера",
        "asked for; if no answer comes, look in the provider's cabinet",
    ),
    "admin_closing_done": Text("принят провайдером", "taken by the provider"),
    "admin_closing_refused": Text("провайдер отказал", "refused by the provider"),
    "admin_check": Text("Спросить провайдера", "Ask the provider"),
    "admin_check_lead": Text("Что пришло, будет зачислено сразу.", "What has come is credited at once."),
    "admin_confirm": Text("Деньги пришли", "The money has come"),
    "admin_confirm_lead": Text(
        "Сверьте сумму и назначение в банке: заказ будет выдан сразу.",
        "Compare amount and purpose at the bank: the order is given at once.",
    ),
    "admin_confirm_reason": Text(
        "Например, номер платёжного поручения.", "The number of the bank's order, for example."
    ),
    "admin_refund": Text("Вернуть деньги", "Give money back"),
    "admin_refund_lead": Text(
        "Вместе с деньгами уйдёт купленное, соразмерно сумме. Что уже потрачено, человек останется должен.",
        "What was bought goes with the money, in proportion. What is spent already, the person owes.",
    ),
    "admin_refund_amount": Text("Сколько вернуть", "How much"),
    "admin_refund_hint": Text("Можно вернуть до {sum}.", "Up to {sum} can be given back."),
    "admin_settle": Text("Возврат № {id}, {sum}: ушёл ли он?", "Refund no. {id}, {sum}: was it given?"),
    "admin_settle_lead": Text(
        "Ответ провайдера потерялся, а повтор мог бы вернуть деньги дважды: найдите возврат в его кабинете.",
        "The provider's answer was lost, and a repeat might pay twice: look for the refund in its cabinet.",
    ),
    "admin_settle_yes": Text("Да, деньги ушли", "Yes, it was given"),
    "admin_settle_no": Text("Нет, возврата не было", "No, there was no refund"),
    "said_admin_refund_undone": Text(
        "Возврата не было: эту сумму снова можно вернуть.",
        "There was no refund: this amount can be given back again.",
    ),
    "admin_no_deeds": Text(
        "Делать с этим платежом нечего.", "There is nothing to be done with this payment."
    ),
    "admin_refunds": Text("Возвраты", "Refunds"),
    "admin_refund_no": Text("Возврат", "Refund"),
    "admin_taken": Text("Забрано", "Taken"),
    "admin_owed": Text("в долг {n}", "{n} owed"),
    "admin_fault_amount": Text(
        "Сумма: больше нуля и не больше, чем осталось вернуть.",
        "The amount: more than nothing, and no more than is left to give back.",
    ),
    "admin_refund_unknown": Text("Такого платежа нет.", "There is no such payment."),
    "admin_refund_no_provider": Text(
        "Этот провайдер не настроен: верните деньги в его кабинете, здесь это заметят.",
        "This provider is not set up: give the money back in its own cabinet; it will be noticed here.",
    ),
    "admin_refund_too_much": Text(
        "Столько вернуть нельзя: платёж не оплачен, или уже возвращено больше.",
        "So much cannot be given back: the payment is not paid, or more went back already.",
    ),
    "said_admin_refund_done": Text("Деньги возвращены.", "The money was given back."),
    "said_admin_refund_asked": Text(
        "Провайдер ещё не ответил: спросим снова через минуту, второй раз деньги не уйдут.",
        "The provider has not answered yet: it is asked again in a minute, and pays once.",
    ),
    "said_admin_refund_refused": Text(
        "Провайдер отказал: причина в списке возвратов.",
        "The provider refused: the list of refunds says why.",
    ),
    "said_admin_confirmed": Text("Счёт оплачен, заказ выдан.", "The invoice is paid, the order was given."),
    "said_admin_checked_credited": Text("Деньги пришли и зачислены.", "The money had come, and is credited."),
    "said_admin_checked_unchanged": Text("Ничего нового.", "Nothing new."),
    "said_admin_checked_cancelled": Text("Платёж отменён.", "The payment was cancelled."),
    "said_admin_checked_refunded": Text("Деньги возвращены.", "The money was given back."),
    "said_admin_checked_mismatch": Text(
        "Провайдер говорит не то, о чём мы просили: ничего не зачислено.",
        "The provider tells of something else than was asked for: nothing was credited.",
    ),
    "said_admin_checked_unavailable": Text(
        "Провайдер не отвечает: попробуйте позже.", "The provider does not answer: try again later."
    ),
    "said_admin_checked_unknown": Text("Об этом платеже спросить некого.", "There is nobody to ask."),
    "admin_prices": Text("Цены", "Prices"),
    "admin_prices_lead": Text(
        "Тарифы и пакеты, как они стоят на странице цен.", "Plans and packs, as the price page has them."
    ),
    "admin_plans": Text("Тарифы", "Plans"),
    "admin_plans_lead": Text(
        "Правка делает новую версию: у тех, кто уже купил, условия остаются прежними до конца периода.",
        "An edit makes a new version: those who bought keep their terms until their period ends.",
    ),
    "admin_plan_terms": Text(
        "Новые условия получат те, кто купит после сохранения. У купивших всё остаётся, как было.",
        "The new terms are for those who buy from now on. Those who bought keep theirs.",
    ),
    "admin_plan_new": Text("Новый тариф", "New plan"),
    "admin_plan_says": Text("{daily} в день, период {days}", "{daily} a day, a period of {days}"),
    "admin_plan_apis": Text("Какие API открывает", "Which APIs it opens"),
    "admin_packs": Text("Пакеты", "Packs"),
    "admin_packs_lead": Text(
        "Купленный пакет не меняется, что бы здесь ни правили.", "A pack that was bought never changes."
    ),
    "admin_pack_terms": Text(
        "Изменится то, что продаётся; купленные пакеты останутся прежними.",
        "What is on sale changes; packs that were bought stay as they are.",
    ),
    "admin_pack_new": Text("Новый пакет", "New pack"),
    "admin_pack_requests": Text("Запросов", "Requests"),
    "admin_pack_days": Text("Действует дней", "Valid for days"),
    "admin_valid": Text("на {days}", "for {days}"),
    "admin_name": Text("Название", "Name"),
    "admin_price": Text("Цена", "Price"),
    "admin_period_days": Text("Период, дней", "Period, days"),
    "admin_daily": Text("Запросов в день", "Requests a day"),
    "admin_rpm": Text("Запусков в минуту", "Creates a minute"),
    "admin_rpm_hint": Text(
        "Пусто: как в настройках; 0: без ограничения.", "Empty: as in the settings; 0: no limit."
    ),
    "admin_rpm_says": Text("{n} в минуту", "{n} a minute"),
    "admin_api_allowance": Text(
        "Дневные запросы можно тратить через API", "Daily requests may be spent through the API"
    ),
    "admin_allowance_yes": Text("дневные запросы и через API", "daily requests through the API too"),
    "admin_site_only": Text("только сайт", "the site only"),
    "admin_on_sale": Text("Продаётся", "On sale"),
    "admin_sold": Text("продаётся", "on sale"),
    "admin_unsold": Text("снят с продажи", "not on sale"),
    "admin_free": Text("бесплатно", "free"),
    "admin_edit": Text("Изменить", "Edit"),
    "admin_save": Text("Сохранить", "Save"),
    "admin_fault_name": Text(
        "Название: от 1 до 60 печатных знаков.", "The name: 1 to 60 printable characters."
    ),
    "admin_fault_name_taken": Text("Такое название уже есть.", "There is one of that name already."),
    "admin_fault_daily": Text("Запросов в день: целое число.", "Requests a day: a whole number."),
    "admin_fault_price": Text("Цена: рубли, можно с копейками: 490 или 99,50.", "The price: 490 or 99.50."),
    "admin_fault_period": Text("Период: целое число дней.", "The period: a whole number of days."),
    "admin_fault_rpm": Text(
        "Запусков в минуту: целое число или пусто.", "Creates a minute: a whole number, or nothing."
    ),
    "admin_fault_dialects": Text("Такого API нет.", "There is no such API."),
    "admin_fault_pack_requests": Text(
        "Запросов: целое число больше нуля.", "Requests: a whole number above zero."
    ),
    "admin_fault_count": Text(
        "Сколько кодов? Целое число, не больше 10 000.", "How many codes? At most 10,000."
    ),
    "admin_codes": Text("Коды", "Codes"),
    "admin_codes_lead": Text(
        "Одноразовые коды на пакет или на период тарифа: для партнёров, подарков и продажи в другом месте.",
        "Single-use codes for a pack or a period of a plan: for partners, presents, and sale elsewhere.",
    ),
    "admin_codes_new": Text("Новая партия", "New batch"),
    "admin_codes_new_lead": Text(
        "Коды видны один раз: мы храним только их отпечатки.",
        "Codes are seen once: we keep but their fingerprints.",
    ),
    "admin_codes_count": Text("Сколько кодов", "How many codes"),
    "admin_codes_most": Text("Не больше {n}.", "At most {n}."),
    "admin_codes_requests": Text("Запросов в пакете", "Requests in the pack"),
    "admin_codes_requests_hint": Text("Пусто, если код на тариф.", "Empty if the code is for a plan."),
    "admin_codes_plan": Text("Или тариф", "Or a plan"),
    "admin_codes_no_plan": Text("нет, пакет", "no, a pack"),
    "admin_codes_days": Text("На сколько дней", "For how many days"),
    "admin_codes_days_hint": Text(
        "Пусто: пакет бессрочный, тариф на свой период.", "Empty: a pack without end, a plan for its period."
    ),
    "admin_codes_expires": Text("Ввести можно, дней", "May be used for, days"),
    "admin_codes_expires_hint": Text("Пусто: всегда.", "Empty: always."),
    "admin_codes_note": Text("Заметка", "Note"),
    "admin_codes_note_hint": Text("Для себя: кому и зачем.", "For yourself: for whom and why."),
    "admin_codes_show": Text("Сделать и показать", "Make and show"),
    "admin_codes_csv": Text("Сделать и скачать CSV", "Make and download CSV"),
    "admin_codes_made": Text("Коды готовы", "The codes are ready"),
    "admin_codes_once": Text(
        "Сохраните их сейчас: больше их не увидит никто, даже мы.",
        "Save them now: nobody will see them again, not even we.",
    ),
    "admin_codes_saved": Text("Сохранено, к списку", "Saved, back to the list"),
    "admin_codes_used": Text("Кто воспользовался", "Who used them"),
    "admin_codes_unused": Text("Ещё никто", "Nobody yet"),
    "admin_code": Text("Код", "Code"),
    "admin_batch": Text("Партия", "Batch"),
    "admin_batches": Text("Партии", "Batches"),
    "admin_batches_none": Text("Партий пока нет", "No batches yet"),
    "admin_redeemed": Text("Использовано", "Used"),
}
