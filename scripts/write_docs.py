"""Writes the tables of the documents that mirror code: refusal codes (docs/errors.md).

    .venv/bin/python scripts/write_docs.py

tests/test_docs.py fails when what stands there is not what this would write.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import re
import sys
import tempfile
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ERRORS = ROOT / "docs" / "errors.md"
OPENING = """# Refusals

What the product will not do, by its stable code. The sentence a reader sees is written where it happens, in their
language: it names what and where, and what to do next. This table is made from the code by `scripts/write_docs.py`.

On a page a refusal keeps what was typed. On the command line its sentence goes to standard error and the exit code
is 1 (2 for wrong usage). A file with mistakes lists all of them at once, by file, sheet, row and column, and nothing
of it is loaded.

The sentence is given where it always begins alike; `%(…)s` stands for what is named.

| code | room | class | when | sentence |
| --- | --- | --- | --- | --- |
"""


def list_refusals() -> list[type[Exception]]:
    """Every class of refusal of the product, by code."""
    from caunoi.refusals import Refusal

    # Refusals stand in `errors.py` of their room.
    for path in sorted((ROOT / "caunoi").glob("*/errors.py")):
        importlib.import_module(f"caunoi.{path.parent.name}.errors")
    found: list[type[Exception]] = []
    waiting: list[type[Refusal]] = [Refusal]
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if ".tests." not in kind.__module__ and kind.__module__.startswith("caunoi."):
            found.append(kind)
    return sorted(set(found), key=lambda kind: (str(vars(kind).get("code", "")), kind.__module__, kind.__name__))


def find_sentence(kind: type[Exception]) -> str:
    """The first translated text in the class, if the class itself writes its sentence."""
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(kind)))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "gettext"):
            text = ast.literal_eval(node.args[0])
            return re.sub(r"\s+", " ", str(text)).replace("|", "\\|")
    return ""


def write_errors() -> str:
    rows = []
    for kind in list_refusals():
        room = kind.__module__.split(".")[1]
        when = " ".join(inspect.getdoc(kind).split("\n\n")[0].split()) if kind.__doc__ else ""
        code = vars(kind).get("code") or f"{getattr(kind, 'code', '')} (of {kind.__bases__[0].__name__})"
        cells = [f"`{code}`", "all" if room == "refusals" else room, f"`{kind.__name__}`", when, find_sentence(kind)]
        rows.append(f"| {' | '.join(cells)} |")
    return OPENING + "\n".join(rows) + "\n"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caunoi.config.settings")
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory(prefix="caunoi-docs-") as home:
        os.environ["CAUNOI_HOME"] = home
        import django

        django.setup()
        ERRORS.write_text(write_errors(), encoding="utf-8")


if __name__ == "__main__":
    main()
