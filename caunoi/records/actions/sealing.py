"""Sealing personal answers on their way in: nothing that is written after this holds them in clear."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from caunoi.forms.models import FormVersion
from caunoi.forms.queries import checker_of
from caunoi.moments import local_date
from caunoi.personal.models import CountedFrom, PersonKey
from caunoi.personal.queries import PersonalForm, find_personal_form
from caunoi.personal.vault import Key, find_keys, is_sealed, key_id_of, make_key, seal, wrap
from caunoi.records.actions.door import Prepared
from caunoi.records.actions.stored import Record
from caunoi.records.rules.sealed_xml import seal_instance


class Seals:
    """Of one call: seals sendings under the keys of the records they belong to, and keeps the keys that are new."""

    def __init__(self) -> None:
        self._keys: dict[int, Key] = {}
        self._new: list[tuple[Record, PersonKey]] = []
        self._moved: list[tuple[Record, date]] = []

    def seal(self, one: Prepared, record: Record) -> Prepared:
        """As it came, if it says nothing about a person."""
        if one.personal is None:
            return one
        answers, xml = _seal(one.version, one.personal, one.answers, one.xml, lambda: self._key_of(record, one))
        return replace(one, answers=answers, xml=xml)

    def write(self) -> None:
        """After the new records have their numbers."""
        for record, key in self._new:
            key.subject = str(record.submission)
        PersonKey.objects.bulk_create([key for _record, key in self._new])
        for record, day in self._moved:
            PersonKey.objects.filter(subject=str(record.submission), destroyed_at=None).update(counted_from=day)

    def _key_of(self, record: Record, one: Prepared) -> Key:
        if id(record) not in self._keys:
            self._keys[id(record)] = self._find(record, one) or self._make(record, one)
        return self._keys[id(record)]

    def _find(self, record: Record, one: Prepared) -> Key | None:
        if not record.version_ids:
            return None
        rows = PersonKey.objects.filter(subject=str(record.submission), destroyed_at=None)
        alive = list(rows.order_by("-made_at", "-pk").values_list("pk", flat=True))
        # What the current version is sealed with: what a correction leaves alone shows no change. A newer one may be of
        # a sending that was held.
        used = {key_id_of(value) for value in record.current.answers.values() if is_sealed(value)}
        chosen = next((pk for pk in alive if pk in used), alive[0] if alive else None)
        found = find_keys([chosen]).get(chosen) if chosen is not None else None
        if found is not None and one.personal is not None and one.personal.counted_from == CountedFrom.DAY:
            self._moved.append((record, one.occasion.days.last))
        return found

    def _make(self, record: Record, one: Prepared) -> Key:
        made = make_key()
        self._new.append((record, _row(made, one.personal, one.occasion.days.last, one.item.received_at)))
        return made


def seal_held(version: FormVersion, xml: str, *, at: datetime) -> tuple[str, PersonKey | None]:
    """Of a sending that is held: its XML sealed, and the key to be kept once it has a number."""
    personal = find_personal_form(version.form.code)
    if personal is None:
        return xml, None
    key = make_key()
    _answers, sealed = _seal(version, personal, {}, xml, lambda: key)
    return sealed, _row(key, personal, local_date(at), at) if sealed != xml else None


def _seal(
    version: FormVersion, personal: PersonalForm, answers: Mapping[str, Any], xml: str, key: Callable[[], Key]
) -> tuple[dict[str, Any], str]:
    questions = checker_of(version).by_name
    paths = {questions[name].path: name for name in personal.names if name in questions}
    sealed = {name: seal(key(), str(answers[name])) for name in sorted(paths.values()) if answers.get(name)}
    wanted = {path: sealed.get(name, "") for path, name in paths.items()}
    return {**answers, **sealed}, seal_instance(xml, wanted, lambda text: seal(key(), text))


def _row(key: Key, personal: PersonalForm | None, last_day: date, received_at: datetime) -> PersonKey:
    assert personal is not None
    counted_from = last_day if personal.counted_from == CountedFrom.DAY else local_date(received_at)
    return PersonKey(
        id=key.id, form_code=personal.form_code, wrapped=wrap(key), counted_from=counted_from, made_at=received_at
    )
