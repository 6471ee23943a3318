"""How many units are in each class of a category: what a category answers instead of a sum."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from caunoi.accounts.scope import Scope
from caunoi.facts.access import check_may_see
from caunoi.facts.models import DataElement, Kind
from caunoi.facts.questions import Answer
from caunoi.facts.rules.question import Question
from caunoi.forms.models import FormVersion
from caunoi.forms.queries import questions_of
from caunoi.languages import in_reader_language


@dataclass(frozen=True)
class ClassCounts:
    """Units of a place by class, in the order the pack gives the classes: (name for the reader, units). Only classes
    that some unit has count; all zero means nobody was classed."""

    code: str
    place: str
    place_name: str
    first: date
    last: date
    counts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        return sum(number for _name, number in self.counts)


def list_class_counts(question: Question, scope: Scope) -> list[ClassCounts]:
    """For each category asked, unit and slice of days. Units below the place that are out of reach are left out.

    Raises NotFound like `access.ask_as` where the place itself is.
    """
    reach = check_may_see(question, scope)
    answer = Answer(question, scope)
    found = []
    for code in question.codes:
        element = answer.catalogue.elements.get(code)
        if element is None or element.kind != Kind.CATEGORY or not answer.present:
            continue
        names = _list_class_names(element)
        for target in answer.targets:
            unit = answer.places.units[target]
            if not reach.sees(unit.key):
                continue
            for index, one in enumerate(answer.plan.slices[: answer.plan.asked]):
                counts = answer.cells.at(code, target, index).classes or {}
                found.append(
                    ClassCounts(
                        code, unit.key, answer.places.distinct_name_on(target, question.boundaries),
                        one.days.first, one.days.last,
                        tuple((names.get(name, name), counts.get(name, 0)) for name in element.classes),
                    )
                )  # fmt: skip
    return found


def _list_class_names(element: DataElement) -> dict[str, str]:
    """The choices of the question that states the class, in the newest version of its form."""
    version = FormVersion.objects.filter(form__code=element.form_code).order_by("-pk").first()
    for question in questions_of(version) if version else ():
        if question.choices and f"${{{question.name}}}" in element.expression:
            return {
                name: in_reader_language(question.choice_label(name, "vi"), question.choice_label(name, "en"))
                for name in element.classes
            }
    return {}
