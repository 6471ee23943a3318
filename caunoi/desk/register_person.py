"""What a register holds of one person: for them to read, on a page and as a file given to them on request."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.desk.record_person import Held, Said
from caunoi.personal.models import PersonalQuestion
from caunoi.personal.queries import find_personal_register, list_keys
from caunoi.personal.vault import is_sealed
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.queries import list_history, list_properties
from caunoi.records.entities.sealed import read_people, subject_of
from caunoi.records.models import Entity


def read_held_of_thing(entity: Entity, *, by: User, at: datetime) -> Held:
    """For whoever may read it, which is written down; for others the values stay hidden."""
    code, language = entity.entity_list.code, get_language() or "vi"
    names = list(entity.entity_list.personal)
    versions = [one.properties for one in reversed(list_history(entity))]
    opened = read_people([entity], (one.get(name, "") for one in versions for name in names), by=by, at=at)
    declared = {one.question: one for one in PersonalQuestion.objects.filter(form_code="", register=code)}
    said = []
    for one in list_properties(entity.entity_list):
        values = dict.fromkeys(values[one.name] for values in versions if is_sealed(values.get(one.name, "")))
        if one.name in names and values:
            told = declared.get(one.name)
            shown = list(dict.fromkeys(opened.get(value, one.show(value, language)) for value in values))
            whose, purpose = (told.whose, told.purpose) if told else ("", "")
            said.append(Said(one.label(language), one.name, whose, purpose, shown))
    keys = list_keys(subject_of(entity))
    left = [key for key in keys if key.destroyed_at is None]
    form = find_personal_register(code)
    counted = [key.counted_from for key in left if key.counted_from]
    until = form.keeping.ends(min(counted)) if form and counted else None
    return Held(said, until, bool(form and form.erases_itself), [key for key in keys if key.destroyed_at], bool(left))


def file_of_thing(entity: Entity, held: Held) -> dict[str, Any]:
    """Plain values: all that is held of the person, where, for what and until when; besides, what the register says of
    their post."""
    language = get_language() or "vi"
    properties = [one for one in list_properties(entity.entity_list) if one.name not in entity.entity_list.personal]
    return {
        "register": entity.entity_list.code,
        "label": entity.label,
        "unit": get_snapshot().path_name(entity.org_unit_id, moments.today()),
        "days": [entity.begins_on, entity.ended_on],
        "kept_until": held.until,
        "post": {one.label(language): one.show(entity.properties.get(one.name, ""), language) for one in properties},
        "answers": [
            {
                "question": one.label,
                "name": one.name,
                "whose": one.whose,
                "purpose": one.purpose,
                "value": one.values[0],
                "before": list(one.values[1:]),
            }
            for one in held.said
        ],
        "erased_at": [key.destroyed_at for key in held.erased],
    }
