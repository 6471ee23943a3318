"""Names of givers: sealed with their records, opened only here."""

from __future__ import annotations

from collections.abc import Mapping

from caunoi.personal.models import PersonKey
from caunoi.personal.vault import find_keys, is_sealed, key_id_of, open_sealed

Stored = tuple[int, int]
"""(number of the record, of its version)."""


def open_names(names: Mapping[Stored, str]) -> dict[Stored, str]:
    """Of what was erased, or is sealed with a key of something else (a sealed text pasted in), ''."""
    numbers = {key: key_id_of(name) for key, name in names.items() if is_sealed(name)}
    wanted = sorted({one for one in numbers.values() if one is not None})
    owners: dict[object, str] = {}
    for start in range(0, len(wanted), 500):
        rows = PersonKey.objects.filter(pk__in=wanted[start : start + 500])
        owners.update(rows.values_list("pk", "subject"))
    keys = find_keys(wanted)
    found = {}
    for key, name in names.items():
        if key not in numbers:
            found[key] = name
        elif owners.get(numbers[key]) == f"submission:{key[0]}":
            found[key] = open_sealed(keys, name) or ""
        else:
            found[key] = ""
    return found
