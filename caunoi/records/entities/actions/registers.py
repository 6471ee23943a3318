"""Registers themselves, as packs describe them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from django.db import transaction

from caunoi.audit.actions import write_line
from caunoi.audit.clock import take_numbers
from caunoi.audit.rules import Actor
from caunoi.audit.values import changes_of
from caunoi.records.entities.actions.storing import Changes
from caunoi.records.entities.reading import ended_condition, read_versions
from caunoi.records.entities.rules.stages import from_json, to_json
from caunoi.records.entities.rules.states import find_end, tell_story
from caunoi.records.entities.sealed import follow_end
from caunoi.records.models import EntityList


@transaction.atomic
def set_register(
    *,
    code: str,
    title_vi: str,
    title_en: str,
    ended_when: str,
    columns: Sequence[str],
    properties: Sequence[str],
    personal: Sequence[str] = (),
    label_from: Sequence[str] = (),
    seats_by: str = "",
    seats: Mapping[str, Mapping[str, int]] | None = None,
    review_from: str = "",
    term_until: str = "",
    stage_by: str = "",
    stage_form: str = "",
    transitions: Sequence[Mapping[str, Any]] = (),
    refers_to: Mapping[str, str] | None = None,
    told_by: Sequence[Sequence[str]] = (),
    reviews: Sequence[Mapping[str, Any]] = (),
    pack: str,
    by: Actor,
    at: datetime,
) -> Literal["created", "changed", "unchanged"]:
    """The register as described; its things' ends are found anew if the condition changed."""
    wanted = {
        "title_vi": title_vi, "title_en": title_en, "ended_when": ended_when, "columns": list(columns),
        "properties": list(properties), "personal": list(personal), "label_from": list(label_from),
        "seats_by": seats_by, "seats": {level: dict(counts) for level, counts in (seats or {}).items()},
        "review_from": review_from, "term_until": term_until, "pack": pack,
        "stage_by": stage_by, "stage_form": stage_form, "told_by": [list(one) for one in told_by],
        "reviews": [dict(one) for one in reviews],
        "refers_to": dict(refers_to or {}), "transitions": to_json(from_json(stage_by, transitions).transitions),
    }  # fmt: skip
    # Locked, so that no form adds a property while the list of properties is written.
    register = EntityList.objects.select_for_update().filter(code=code).first()
    if register is None:
        register = EntityList.objects.create(code=code, known_from=take_numbers(1)[0], **wanted)
        write_line("register.set", f"register:{code}", {"changes": changes_of({}, wanted)}, by=by, at=at)
        return "created"
    wanted["properties"] = list(dict.fromkeys([*properties, *register.properties]))
    # What was sealed once is never shown to everybody, whatever a later version of the pack says.
    wanted["personal"] = list(dict.fromkeys([*personal, *register.personal]))
    old = {name: getattr(register, name) for name in wanted}
    if old == wanted:
        return "unchanged"
    for name, value in wanted.items():
        setattr(register, name, value)
    register.known_from = take_numbers(1)[0]
    register.save()
    if old["ended_when"] != ended_when:
        _find_ends(register, at)
    write_line("register.set", f"register:{code}", {"changes": changes_of(old, wanted)}, by=by, at=at)
    return "changed"


def _find_ends(register: EntityList, at: datetime) -> None:
    changes = Changes()
    things = list(register.entities.select_related("entity_list"))
    versions = read_versions([one.pk for one in things])
    ended = ended_condition(register).holds
    for entity in things:
        end = find_end(tell_story(versions[entity.pk], ended))
        if end != entity.ended_on:
            entity.ended_on = end
            entity.save(update_fields=["ended_on"])
            follow_end(entity, at)
            changes.add(entity)
    changes.announce(at)
