"""The pages of the history, and the columns of its file."""

from slovomat.web.pages.texts.text import Text

_PAGES = {
    "history_title": Text("История", "History"),
    "history_lead": Text(
        "Каждая генерация: что просили, сколько стоила и чем оплачена.",
        "Every generation: what was asked, what it cost and what paid for it.",
    ),
    "history_file": Text("Скачать CSV", "Download CSV"),
    "history_any": Text("любой", "any"),
    "history_show": Text("Показать", "Show"),
    "history_mode": Text("Режим", "Mode"),
    "history_way": Text("API", "API"),
    "history_state": Text("Состояние", "State"),
    "history_key": Text("Ключ", "Key"),
    "history_site": Text("песочница", "playground"),
    "history_from": Text("С", "From"),
    "history_to": Text("По", "To"),
    "history_col_id": Text("Номер", "Number"),
    "history_col_at": Text("Когда", "When"),
    "history_col_price": Text("Цена", "Price"),
    "history_col_paid": Text("Чем оплачено", "Paid from"),
    "history_day": Text("запросы дня, {day}", "the day's requests, {day}"),
    "history_none": Text("Ничего не нашлось", "Nothing was found"),
    "history_none_lead": Text(
        "Измените фильтры или сделайте первую генерацию.", "Change the filters, or make a first generation."
    ),
    "history_one": Text("Генерация № {id}", "Generation № {id}"),
    "history_reason": Text("Почему", "Why"),
    "history_duration": Text("Заняла", "Took"),
    "history_seconds": Text("{n} с", "{n} s"),
    "history_tokens": Text("Токены", "Tokens"),
    "history_tokens_n": Text("{asked} в запросе, {told} в ответе", "{asked} asked, {told} answered"),
    "history_cut": Text("Обрезано", "Cut off"),
    "history_back": Text(
        "Цена вернулась туда, откуда была взята.", "The price went back to where it was taken from."
    ),
    "history_text": Text("Текст", "Text"),
    "history_result": Text("Ответ", "Answer"),
    "history_pruned": Text(
        "Тексты хранятся {days}, этот уже удалён.", "Texts are kept for {days}; this one is gone."
    ),
    "history_under_way": Text("Генерация ещё идёт.", "The generation is still under way."),
    "history_not_kept": Text(
        "Тексты вызовов через OpenAI API мы не храним: они есть только у вас.",
        "Texts of calls through the OpenAI API are not kept: you alone have them.",
    ),
}
_WORDS = {
    "history_state_held": Text("в работе", "at work"),
    "history_state_settled": Text("оплачена", "charged"),
    "history_state_released": Text("возвращена", "returned"),
    "history_state_expired": Text("возвращена", "returned"),
    "history_reason_client_left": Text("клиент отключился", "the client left"),
    "history_reason_interrupted": Text("прервана", "interrupted"),
    "history_reason_expired": Text("не уложилась во время", "took too long"),
    "history_reason_restart": Text("сервис перезапустился", "the service was restarted"),
    "history_reason_database": Text("сбой базы данных", "a fault of the database"),
    "history_reason_overdue": Text("слишком долго ждала очереди", "waited in the queue for too long"),
}
_COLUMNS = {
    "history_csv_id": Text("номер", "id"),
    "history_csv_at": Text("время", "time"),
    "history_csv_way": Text("API", "api"),
    "history_csv_mode": Text("режим", "mode"),
    "history_csv_key": Text("ключ", "key"),
    "history_csv_state": Text("состояние", "state"),
    "history_csv_price": Text("цена, запросов", "price, requests"),
    "history_csv_spent": Text("списано, запросов", "charged, requests"),
    "history_csv_paid_by": Text("чем оплачено", "paid from"),
    "history_csv_reason": Text("причина возврата", "reason of return"),
    "history_csv_prompt_tokens": Text("токены запроса", "prompt tokens"),
    "history_csv_completion_tokens": Text("токены ответа", "completion tokens"),
    "history_csv_cut_chars": Text("обрезано знаков", "characters cut"),
    "history_csv_duration": Text("секунд", "seconds"),
}
HISTORY = _PAGES | _WORDS | _COLUMNS
