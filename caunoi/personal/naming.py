"""People whom a room names in rows of its own: each name sealed under a key of its own as it comes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from caunoi.personal.models import PersonalQuestion, PersonKey
from caunoi.personal.queries import list_due_keys
from caunoi.personal.vault import find_keys, key_id_of, make_key, open_sealed, seal, wrap


class Named(Protocol):
    """A row that names a person; it has its number. `subject`: the room's word and that number, `award:12`."""

    pk: int
    name: str

    @property
    def subject(self) -> str: ...


@dataclass(frozen=True)
class NamedPeople:
    """`form`, `question`: under which packs declare why the names are kept, and how long. `word`: what the rows'
    subjects begin with."""

    form: str
    question: str
    word: str

    def is_declared(self) -> bool:
        """Whether a pack says why these names are kept; without that none is."""
        return PersonalQuestion.objects.filter(form_code=self.form, question=self.question).exists()

    def seal(self, rows: Iterable[Named], *, counted_from: date, at: datetime) -> None:
        """Before the rows are written. The time of keeping runs from `counted_from`."""
        keys = []
        for row in rows:
            key = make_key()
            row.name = seal(key, row.name)
            keys.append(
                PersonKey(
                    id=key.id, subject=row.subject, form_code=self.form, wrapped=wrap(key), counted_from=counted_from,
                    made_at=at,
                )
            )  # fmt: skip
        PersonKey.objects.bulk_create(keys, batch_size=500)

    def list_due(self, today: date) -> list[int]:
        """Numbers of rows whose name was kept as long as its pack says."""
        due = [one.key.subject for one in list_due_keys(today) if one.key.form_code == self.form]
        return sorted({int(subject.removeprefix(self.word)) for subject in due if subject.startswith(self.word)})


def open_sealed_names(rows: Sequence[Named]) -> dict[int, str | None]:
    """By number; None where the name was erased."""
    keys = find_keys(key_id_of(row.name) for row in rows)
    return {row.pk: open_sealed(keys, row.name) for row in rows}
