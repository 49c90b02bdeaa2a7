"""The catalogue of project techniques, and which difficulty a low indicator may point to."""

from __future__ import annotations

from engine.api import Hint, Technique

TECHNIQUES = (
    Technique("passport", "Паспорт проекта", "Одна страница: проблема, вопрос, цель, продукт, адресат, сроки, роли"),
    Technique("problem_tree", "Дерево проблем", "Причины и последствия в виде дерева"),
    Technique("five_whys", "Пять почему", "Цепочка вопросов к причине"),
    Technique("entry_event", "Входное событие", "Яркая встреча, факт или задача, запускающие проект"),
    Technique("driving_question", "Проблемный вопрос", "Открытый вопрос, который ведёт всю работу"),
    Technique("know_want_learned", "Знаю – хочу узнать – узнал", "Таблица вопросов"),
    Technique("road_map", "Дорожная карта", "Этапы и контрольные точки"),
    Technique("task_board", "Доска задач", "Надо / в работе / готово"),
    Technique("project_diary", "Дневник проекта", "Короткие записи о решениях и трудностях"),
    Technique("gallery", "Галерея", "Обход черновых продуктов с листами отклика"),
    Technique("tuning", "Настройка", "Протокол: показ, уточняющие вопросы, тёплый и холодный отклик, ответ"),
    Technique("user_interview", "Интервью с пользователем", "Вопросы будущему адресату продукта"),
    Technique("prototype", "Прототип за 20 минут", "Грубая модель для проверки идеи"),
    Technique("rehearsal", "Предзащита", "Проба выступления с вопросами «адвоката»"),
    Technique("contribution_sheet", "Лист вклада", "Кто что сделал, подписывают все"),
)

# An indicator that belongs to one lesson of the cycle can be low only once: one such lesson is enough for a hint.
HINTS = (
    Hint("pd1", "methodical", "не умею вести учеников к проблеме: формулирую её за них", rounds=1),
    Hint("pd2", "research", "не формулирую исследовательский вопрос так, чтобы он вёл всю работу", rounds=1),
    Hint("pd3", "psych_ped", "не знаю, как передать выбор ученикам и поддержать его", rounds=1),
    Hint("pd4", "organizational", "не распределяю роли в группе и не выдерживаю сроки проекта", rounds=1),
    Hint("pd5", "digital", "не умею учить отбирать информацию и сопоставлять источники в сети", rounds=1),
    Hint("pd6", "methodical", "не умею планировать от результата: продукт остаётся без адресата", rounds=1),
    Hint("pd7", "subject", "затрудняюсь подобрать задания, связанные с реальной задачей школы, села, семьи", rounds=1),
    Hint("pd8", "methodical", "не успеваю дать время на доработку после отклика"),
    Hint("pd9", "assessment", "критерии формулирую за учеников: отклик остаётся без следующего шага"),
    Hint("pd10", "communicative", "задаю закрытые вопросы: ученики не привыкли объяснять и отвечать", rounds=1),
    Hint("pd11", "research", "не умею вести рефлексию: вместо фактов звучат оценки", rounds=1),
    Hint("pd12", "communicative", "много говорю сам и веду учеников по шагам"),
)
