"""Papers for companies: requisites, invoice, closing document."""

from slovomat.web.pages.texts.text import Text

PAPERS = {
    "requisites_title": Text("Реквизиты", "Company details"),
    "requisites_lead": Text(
        "На кого выписать документы. Счёт появится сразу, акт — после оплаты.",
        "Whom we make the papers out to. The invoice is ready at once, the closing document when it is paid.",
    ),
    "requisites_settled": Text(
        "Документы выписаны на эти реквизиты. Если в них ошибка, напишите оператору.",
        "The papers are made out to these. If something is wrong, write to the operator.",
    ),
    "requisites_name": Text("Название", "Name"),
    "requisites_name_hint": Text("ООО «Ромашка» или ИП Иванов И. И.", "As it is registered."),
    "requisites_inn": Text("ИНН", "INN"),
    "requisites_inn_hint": Text("10 цифр, у ИП — 12.", "10 digits, 12 of a sole proprietor."),
    "requisites_inn_fault": Text(
        "Контрольные цифры не сходятся: проверьте ИНН.", "Its check digits do not fit: look again."
    ),
    "requisites_kpp": Text("КПП", "KPP"),
    "requisites_kpp_hint": Text("9 знаков; у ИП его нет.", "9 characters; a sole proprietor has none."),
    "requisites_kpp_fault": Text("В КПП 9 знаков.", "A KPP has 9 characters."),
    "requisites_address": Text("Юридический адрес", "Registered address"),
    "requisites_empty": Text("Заполните это поле.", "Please fill this in."),
    "requisites_go_invoice": Text("Получить счёт", "Get the invoice"),
    "requisites_go_act": Text("Получить акт", "Get the closing document"),
    "paper_back": Text("← К заказу", "← Back to the order"),
    "paper_print": Text("Печать: Ctrl + P", "To print: Ctrl + P"),
    "paper_of": Text("от {day}", "of {day}"),
    "paper_seller": Text("Исполнитель", "Seller"),
    "paper_buyer": Text("Заказчик", "Customer"),
    "paper_col_what": Text("Наименование", "What"),
    "paper_col_count": Text("Кол-во", "Count"),
    "paper_total": Text("Итого", "Total"),
    "paper_vat": Text("В том числе НДС {percent} %", "Of which VAT {percent} %"),
    "paper_no_vat": Text("Без НДС", "Without VAT"),
    "paper_purpose": Text("Оплата по счёту № {n}", "Payment of invoice {n}"),
    "invoice_title": Text("Счёт на оплату № {n}", "Invoice {n}"),
    "invoice_payee": Text("Получатель", "Payee"),
    "invoice_account": Text("Расчётный счёт", "Account"),
    "invoice_bank": Text("Банк", "Bank"),
    "invoice_bik": Text("БИК", "BIK"),
    "invoice_correspondent": Text("Корр. счёт", "Correspondent account"),
    "invoice_purpose": Text("Назначение платежа", "Purpose of payment"),
    "invoice_code": Text("Для оплаты из приложения банка", "For the app of your bank"),
    "invoice_after": Text(
        "Доступ откроется, когда оператор увидит перевод. Закрывающий акт будет на странице заказа.",
        "Access opens when the operator sees the transfer. The closing document will be on the order's page.",
    ),
    "act_title": Text("Акт № {n} об оказании услуг", "Closing document {n}"),
    "act_basis": Text("Основание: заказ № {n} от {day}.", "Basis: order {n} of {day}."),
    "act_what": Text("Доступ к сервису генерации текстов: {title}", "Access to text generation: {title}"),
    "act_done": Text(
        "Услуги оказаны полностью и в срок. Заказчик претензий по объёму, качеству и срокам не имеет.",
        "The services were rendered in full and in time. The customer has no claims.",
    ),
}
