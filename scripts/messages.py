"""Brings caunoi/locale/*/LC_MESSAGES/django.po up to the sentences that the code and the templates hold.

    make messages

The sentences themselves are Vietnamese; the catalogues hold what other languages say instead. What is translated stays,
a new sentence is added with an empty translation (tests/test_translations.py names it), one that is gone goes. There
are file names but no line numbers and no dates in a catalogue: a run without news changes nothing.

Templates are read by Babel after Django itself has turned them into something like Python. GNU gettext, which
`manage.py makemessages` wants, is not on most machines.
"""

from __future__ import annotations

import ast
import io
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "caunoi"
LOCALE = SOURCE / "locale"
# As Babel writes it: which arguments are sentences (1 is the first), which is the context.
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals};\\n"

"""


@dataclass(frozen=True)
class Sentence:
    """`text` is one sentence, or singular and plural. `path` is relative to the repository; `line` counts from 1."""

    text: str | tuple[str, str]
    context: str | None
    path: str
    line: int


def list_sentences() -> Iterator[Sentence]:
    """Every translatable sentence of the product, tests left out, in the order of files and lines."""
    for path in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("templates/**/*.*")]):
        if "tests" in path.parts or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        name = str(path.relative_to(ROOT))
        yield from read_python(text, name) if path.suffix == ".py" else read_template(text, name)


def read_python(text: str, name: str) -> Iterator[Sentence]:
    """From the syntax tree, because sentences stand inside f-strings too."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        function = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        if function in KEYWORDS:
            given = [argument.value if isinstance(argument, ast.Constant) else None for argument in call.args]
            yield from _pick(function, given, name, call.lineno)


def read_template(text: str, name: str) -> Iterator[Sentence]:
    source = io.BytesIO(flatten_template(text, name).encode("utf-8"))
    for line, function, found, _comments in extract_python(source, list(KEYWORDS), [], {"encoding": "utf-8"}):
        yield from _pick(function, [found] if isinstance(found, str) else list(found or ()), name, line)


def flatten_template(text: str, name: str) -> str:
    """The template as lines of Python calls, each in its line.

    Django leaves the indentation and blots out the rest; a Python tokenizer would trip over such indentation.
    """
    from django.utils.translation.template import templatize

    return re.sub(r"^[ \t]+", "", templatize(text, origin=name), flags=re.M)


def _pick(function: str, given: Sequence[Any], name: str, line: int) -> Iterator[Sentence]:
    """The sentence of one call; none if it is not written there: a name is passed on that was translated elsewhere."""
    context: str | None = None
    texts: list[str] = []
    for position in KEYWORDS[function] or (1,):
        at = position[0] if isinstance(position, tuple) else position
        value = given[at - 1] if at <= len(given) else None
        if not isinstance(value, str):
            return
        if isinstance(position, tuple):
            context = value
        else:
            texts.append(value)
    if texts[0]:
        yield Sentence((texts[0], texts[1]) if len(texts) == 2 else texts[0], context, name, line)


def make_catalogue(language: str, old: Catalog, sentences: list[Sentence]) -> Catalog:
    """What `old` translates and `sentences` still hold, and the new ones with nothing."""
    new = Catalog(locale=language)
    for sentence in sentences:
        before = old.get(sentence.text, sentence.context)
        if before is not None and isinstance(before.id, str) != isinstance(sentence.text, str):
            before = None  # the sentence got a plural, or lost it: it waits for a translation again
        new.add(
            sentence.text,
            before.string if before is not None else "",
            locations=[(sentence.path, 0)],
            flags=before.flags - {"python-format"} if before is not None else (),
            user_comments=before.user_comments if before is not None else (),
            context=sentence.context,
        )
    return new


def read_catalogue(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale=path.parent.parent.name)
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def write_catalogue(path: Path, catalogue: Catalog) -> None:
    body = io.BytesIO()
    write_po(body, catalogue, width=120, sort_output=True, omit_header=True, include_lineno=False)
    header = HEADER.format(language=path.parent.parent.name, plurals=catalogue.plural_forms.rstrip("; "))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(header + body.getvalue().decode("utf-8"), encoding="utf-8")


def list_untranslated(catalogue: Catalog) -> list[str]:
    """Sentences without a whole translation, or with one that awaits review (fuzzy)."""
    found = []
    for message in catalogue:
        strings = message.string if isinstance(message.string, (tuple, list)) else [message.string]
        if message.id and (message.fuzzy or not all(strings)):
            found.append(message.id if isinstance(message.id, str) else message.id[0])
    return found


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caunoi.config.settings")
    sentences = list(list_sentences())
    waiting = 0
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        catalogue = make_catalogue(path.parent.parent.name, read_catalogue(path), sentences)
        write_catalogue(path, catalogue)
        missing = list_untranslated(catalogue)
        waiting += len(missing)
        print(f"{path.relative_to(ROOT)}: {len(catalogue)} sentences, {len(missing)} without a translation")
        for text in missing:
            print(f"  {text}")
    return 1 if waiting else 0


if __name__ == "__main__":
    sys.exit(main())
