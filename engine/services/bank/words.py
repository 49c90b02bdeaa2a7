"""Words of the bank: kinds of material, states, licences, the review form, results of a trial (domain brief §4.1)."""

from __future__ import annotations

from engine.core.text import Text

KINDS = {
    "lesson_plan": Text("План (конспект) урока или занятия", en="Plan of a lesson or session"),
    "task": Text("Учебное задание", en="Learning task"),
    "assessment_tool": Text("Оценочный инструмент", en="Assessment tool"),
    "video": Text("Видео урока или занятия", en="Video of a lesson or session"),
    "technique": Text("Описание приёма", en="Description of a technique"),
    "observation_form": Text("Лист наблюдения (форма)", en="Observation sheet (a form)"),
    "survey": Text("Анкета", en="Questionnaire"),
    "difficulties": Text("Рекомендации по затруднениям учеников", en="Advice on pupils’ difficulties"),
    "event_script": Text("Сценарий мероприятия", en="Script of an event"),
    "presentation": Text("Презентация", en="Presentation"),
    "article": Text("Статья (тезисы)", en="Article (abstract)"),
    "project_passport": Text("Паспорт проекта", en="Project passport"),
}
STATES = {
    "draft": Text("Черновик", en="Draft"),
    "review": Text("На экспертизе", en="In review"),
    "rework": Text("На доработке", en="Being reworked"),
    "recommended": Text("Рекомендован", en="Recommended"),
    "in_bank": Text("В банке", en="In the bank"),
    "archived": Text("В архиве", en="Archived"),
}
LICENCES = {
    "school": Text("для школы", en="for the school"),
    "district": Text("для РПОС", en="for the district community"),
    "open": Text("открыто", en="open"),
}
#: The review form: each line is scored 0 to 2.
SCORES = {
    "tried": Text("Апробировано не менее чем на одном уроке", en="Tried at one lesson at least"),
    "clear": Text("Понятно без автора", en="Clear without its author"),
    "fits": Text("Соответствует показателям ПОС", en="Fits the indicators of the group"),
    "data": Text("Есть данные о результате", en="There are data about the result"),
    "clean": Text("Корректно оформлено, нет персональных данных", en="Well presented, no personal data"),
}
SCALE = {
    0: Text("0 — пока нет", en="0 — not yet"),
    1: Text("1 — частично", en="1 — partly"),
    2: Text("2 — да", en="2 — yes"),
}
#: Accepted from this sum, and only with the full score for ``clean``.
ENOUGH, FULL = 7, 10
SEATS = {
    "own": Text("эксперт своего ПОС", en="reviewer of the own group"),
    "other": Text("эксперт другого ПОС", en="expert of another group"),
}
VERDICTS = {"accept": Text("принято", en="accepted"), "rework": Text("на доработку", en="to be reworked")}
OUTCOMES = {
    "worked": Text("Сработало", en="It worked"),
    "partly": Text("Сработало частично", en="It worked partly"),
    "failed": Text("В этих условиях не сработало", en="It did not work under these conditions"),
}
NO_MATERIAL = ("Такого материала нет или он вам не открыт", "There is no such material, or it is not open to you")
FIELD_TITLES = {
    "title": Text("Название", en="Title"),
    "body": Text("Текст материала", en="Text of the material"),
    "files": Text("Имя файла", en="Name of a file"),
    "annotation": Text("Коротко о материале", en="In short"),
    "subject": Text("Предмет", en="Subject"),
    "class_name": Text("Класс", en="Class"),
    "techniques": Text("Приёмы", en="Techniques"),
    "indicators": Text("Компетенции и показатели", en="Competences and indicators"),
    "conditions": Text("Условия, при которых работает", en="Conditions under which it works"),
    "would_change": Text("Что изменили бы авторы", en="What the authors would change"),
    "trial_result": Text("Результат апробации", en="Result of the trial"),
    "link": Text("Ссылка", en="Link"),
}
