"""The desk's pages of jobs, upstreams and settings."""

from slovomat.web.pages.texts.text import Text

_JOBS = {
    "jobs_title": Text("Задания", "Jobs"),
    "jobs_lead": Text(
        "Очередь генераций: что ждёт, что пишется, что не вышло.",
        "The queue of generations: what waits, what is being written, what went wrong.",
    ),
    "jobs_waiting": Text("Ждут", "Waiting"),
    "jobs_running": Text("В работе", "Running"),
    "jobs_oldest": Text("Дольше всех ждут", "Longest wait"),
    "jobs_oldest_none": Text("очередь пуста", "the queue is empty"),
    "jobs_s": Text("{s} с", "{s} s"),
    "jobs_min": Text("{min} мин {s} с", "{min} min {s} s"),
    "jobs_h": Text("{h} ч {min} мин", "{h} h {min} min"),
    "jobs_state": Text("Состояние", "State"),
    "jobs_any": Text("любое", "any"),
    "jobs_number": Text("Номер", "Number"),
    "jobs_show": Text("Показать", "Show"),
    "jobs_at": Text("Принято", "Accepted"),
    "jobs_account": Text("Клиент", "Customer"),
    "jobs_mode": Text("Режим", "Mode"),
    "jobs_way": Text("API", "API"),
    "jobs_attempts": Text("Попыток", "Attempts"),
    "jobs_state_queued": Text("ждёт", "waiting"),
    "jobs_state_running": Text("в работе", "running"),
    "jobs_state_completed": Text("готово", "done"),
    "jobs_state_failed": Text("не вышло", "failed"),
    "jobs_none": Text("Заданий нет", "No jobs"),
    "jobs_none_lead": Text("С такими условиями ничего не нашлось.", "Nothing was found with these filters."),
    "jobs_one": Text("Задание № {id}", "Job № {id}"),
    "jobs_finished": Text("Закончено", "Finished"),
    "jobs_price": Text("Цена", "Price"),
    "jobs_hold": Text("Оплата", "Payment"),
    "jobs_upstream": Text("Модель", "Upstream"),
    "jobs_tokens": Text("Токены", "Tokens"),
    "jobs_cut": Text("Обрезано", "Cut off"),
    "jobs_error": Text("Ошибка", "Error"),
    "jobs_reason": Text("Почему не оплачено", "Why not charged"),
    "jobs_reason_operator": Text("остановлено вручную", "stopped by hand"),
    "jobs_text": Text("Текст клиента", "The customer's text"),
    "jobs_result": Text("Ответ", "Answer"),
    "jobs_pruned": Text("Тексты удалены {at}.", "The texts were deleted on {at}."),
    "jobs_texts_closed": Text(
        "Тексты видят владелец и поддержка.", "Only the owner and support may read the texts."
    ),
    "jobs_retry": Text("Поставить в очередь снова", "Queue it again"),
    "jobs_retry_ask": Text(
        "Будет создано новое задание с тем же текстом. С баланса клиента снова возьмут {price}.",
        "A new job with the same text is made. It takes {price} from the customer's balance again.",
    ),
    "jobs_release": Text("Остановить и вернуть цену", "Stop it and return the price"),
    "jobs_release_ask": Text(
        "Задание закончится ошибкой, клиенту вернутся {price}. Отменить это нельзя.",
        "The job ends as failed, and {price} go back to the customer. This cannot be undone.",
    ),
    "jobs_refused": Text("Ничего не изменилось", "Nothing was changed"),
    "jobs_refused_no_reason": Text("Укажите причину.", "Give a reason."),
    "jobs_refused_no_account": Text("Такого клиента нет.", "There is no such customer."),
    "jobs_refused_no_job": Text("Такого задания нет.", "There is no such job."),
    "jobs_refused_wrong_state": Text(
        "Состояние задания уже другое: обновите страницу.", "The job has moved on: reload the page."
    ),
    "jobs_refused_balance_low": Text(
        "На балансе клиента не хватает запросов.", "The customer's balance is too low."
    ),
    "jobs_refused_other_operation": Text(
        "Эта форма уже отправлена для другого действия. Откройте страницу заново.",
        "This form was sent for something else already. Open the page anew.",
    ),
    "jobs_refused_account_blocked": Text(
        "Клиент заблокирован: сначала разблокируйте его.", "The customer is blocked: unblock them first."
    ),
    "jobs_refused_key_over": Text(
        "Ключ, которым создали задание, отозван или истёк.",
        "The key that made the job is revoked or has expired.",
    ),
    "jobs_refused_key_forbids": Text(
        "Ключ, которым создали задание, больше не разрешает этот режим или API.",
        "The key that made the job no longer allows this mode or API.",
    ),
    "jobs_refused_key_cap": Text(
        "Лимит ключа, которым создали задание, исчерпан.", "The cap of the key that made the job is used up."
    ),
    "said_job_retried": Text("Задание снова в очереди.", "The job is queued again."),
    "said_job_released": Text(
        "Задание остановлено, цена возвращена.", "The job was stopped, and its price returned."
    ),
}
_UPSTREAMS = {
    "upstreams_title": Text("Модели", "Upstreams"),
    "upstreams_lead": Text(
        "Кто пишет тексты, в каком он состоянии и во что обходится.",
        "What writes the texts, how it is, and what it costs.",
    ),
    "upstreams_none": Text("Этот сервис ничего не генерирует", "This service generates nothing"),
    "upstreams_state": Text("Состояние", "State"),
    "upstreams_ready": Text("отвечает", "ready"),
    "upstreams_not_ready": Text("не готова", "not ready"),
    "upstreams_detail": Text("Что случилось", "What is wrong"),
    "upstreams_remedy": Text("Что сделать", "What to do"),
    "upstreams_model": Text("Модель", "Model"),
    "upstreams_url": Text("Адрес", "Address"),
    "upstreams_embedded": Text("встроенная модель", "the embedded model"),
    "upstreams_at_once": Text("Одновременно", "At once"),
    "upstreams_no_limit": Text("без ограничения", "no limit"),
    "upstreams_timeouts": Text("Сколько ждём", "How long we wait"),
    "upstreams_timeouts_n": Text(
        "соединения {connect} с, первого байта {first} с, в паузах {gap} с, всего {total} с",
        "{connect} s to connect, {first} s for a first byte, {gap} s of silence, {total} s in all",
    ),
    "upstreams_retries": Text("Повторов при сбое", "Retries after a failure"),
    "upstreams_test": Text("Проверить вызовом", "Make a test call"),
    "upstreams_test_hint": Text(
        "Один настоящий запрос на несколько токенов, за ваш счёт. Клиентов не касается.",
        "One real request of a few tokens, at your cost. It concerns no customer.",
    ),
    "upstreams_test_good": Text("Модель ответила за {ms} мс", "The model answered in {ms} ms"),
    "upstreams_test_tokens": Text(
        "Токены: {asked} в запросе, {told} в ответе.", "Tokens: {asked} asked, {told} answered."
    ),
    "upstreams_test_bad": Text("Модель не ответила ({ms} мс)", "The model did not answer ({ms} ms)"),
    "upstreams_wait": Text(
        "Проверять можно {tries} раз в минуту. Попробуйте через {s} с.",
        "You may test {tries} times a minute. Try again in {s} s.",
    ),
    "upstreams_failures": Text("Неудачные вызовы", "Failed calls"),
    "upstreams_failures_sub": Text(
        "Этого процесса, с его запуска. Подробности о каждом есть в журнале сервиса.",
        "Of this process, since it started. The service's log has the details of each.",
    ),
    "upstreams_failures_none": Text("Ни одного.", "None."),
    "upstreams_kind_refused": Text("отказ отвечать на запрос", "refused the prompt"),
    "upstreams_kind_error": Text("ошибка", "error"),
    "upstreams_kind_timeout": Text("не уложилась во время", "took too long"),
    "upstreams_kind_unavailable": Text("недоступна", "not available"),
    "upstreams_days": Text("{name} по дням", "{name} by day"),
    "upstreams_days_sub": Text(
        "За неделю; сегодняшние числа отстают на минуту.", "The last week; today's figures lag by a minute."
    ),
    "upstreams_days_none": Text("Вызовов за неделю не было", "No calls in the last week"),
    "upstreams_days_none_lead": Text(
        "После первых генераций здесь будут скорость, токены и стоимость.",
        "After the first generations you will see speed, tokens and cost here.",
    ),
    "upstreams_day": Text("День", "Day"),
    "upstreams_generations": Text("Генераций", "Generations"),
    "upstreams_median": Text("Обычно", "Median"),
    "upstreams_p95": Text("95 % быстрее", "95 % within"),
    "upstreams_s": Text("{s} с", "{s} s"),
    "upstreams_tokens": Text("Токены", "Tokens"),
    "upstreams_cost": Text("Стоимость", "Cost"),
    "upstreams_errors": Text("Не оплачены", "Not charged"),
    "upstreams_priced": Text(
        "Чтобы видеть стоимость, задайте цену миллиона токенов: `upstream_price_prompt_kopecks_per_million` "
        "и `upstream_price_completion_kopecks_per_million`.",
        "To see the cost, set the price of a million tokens: `upstream_price_prompt_kopecks_per_million` "
        "and `upstream_price_completion_kopecks_per_million`.",
    ),
}
ADMIN_WORKSHOP = {**_JOBS, **_UPSTREAMS}
