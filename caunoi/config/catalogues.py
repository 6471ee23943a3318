"""Translations are kept as .po, which people edit; Django reads .mo, made here from them whenever they are older."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_stale_catalogues(locale: Path = LOCALE) -> Sequence[Path]:
    """Writes each .mo that is missing or older than its .po, and gives those written.

    To be called before Django loads translations. A folder that cannot be written to keeps what it has: the sentences
    then stay Vietnamese, which is no reason not to start.
    """
    written = []
    for po in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        try:
            _compile(po, mo)
        except OSError:
            continue
        written.append(mo)
    return written


def _compile(po: Path, mo: Path) -> None:
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - only when there is something to compile
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with po.open("rb") as file:
        catalogue = read_po(file, locale=po.parent.parent.name)
    # Several processes may start at once: each puts a whole file in place, never a half-written one.
    handle, unfinished = tempfile.mkstemp(dir=mo.parent, prefix=f".{mo.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            write_mo(file, catalogue)
        os.chmod(unfinished, 0o644)
        os.replace(unfinished, mo)
    except OSError:
        os.unlink(unfinished)
        raise
