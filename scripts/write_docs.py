"""Writes the tables of the documents that mirror code: refusal codes (docs/errors.md), what of XLSForm works where
(docs/xlsform-support.md, from the forms of caunoi/forms/tests/xlsforms).

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


SUPPORT = ROOT / "docs" / "xlsform-support.md"
SUPPORT_OPENING = """# XLSForm: what works where

Made by `scripts/write_docs.py` from the forms in `caunoi/forms/tests/xlsforms`: every one is published in the tests,
takes what a device sends, and each answer is kept as it should be. Any XLSForm that pyxform 4.5 accepts is loaded;
exceptions stand at the end, with the sentence the reader gets (here in English; it is Vietnamese first).

**Collect** is ODK Collect on Android, by ODK's own documentation; **browser** is the form on our pages
(`@getodk/web-forms` 0.22), where each of these forms was opened.
*works*: as XLSForm says. *plain*: can be answered, but looks or behaves like the ordinary question. *no*: cannot be
answered there; such a question should not be required where people fill the form in a browser.
"""
SUPPORT_KINDS = {
    "type": "Types of questions", "structure": "Structure", "text": "Appearances of text",
    "integer": "Appearances of integer", "decimal": "Appearances of decimal", "range": "Appearances of range",
    "date": "Appearances of date", "select": "Appearances of selects", "image": "Appearances of image",
    "geopoint": "Appearances of geopoint", "group": "Appearances of groups", "column": "Columns",
    "parameter": "Parameters", "function": "Functions", "entities": "Registers (sheet `entities`)",
    "metadata": "Metadata", "setting": "Settings",
}  # fmt: skip
REFUSED_OPENING = """
## Refused on upload

Nothing of such a form is loaded. All its mistakes are named at once, also those beyond the first that stops pyxform,
and with them the translations it lacks; only what is wrong with the file as a whole hides what comes after it.

| example | sheet | row | column | sentence |
| --- | --- | --- | --- | --- |
"""


def write_support() -> str:
    from django.utils.translation import override

    from caunoi.forms.rules.compile import compile_xlsform
    from caunoi.forms.tests.xlsform_files import REFUSED, list_support
    from caunoi.refusals import FileRefused

    parts = [SUPPORT_OPENING]
    found = list_support()
    for kind, heading in SUPPORT_KINDS.items():
        rows = [f"| {one.word} | {one.collect} | {one.browser} | {one.note} |" for one in found.pop(kind)]
        head = [f"\n## {heading}\n", "| | Collect | browser | |", "| --- | --- | --- | --- |"]
        parts.append("\n".join([*head, *rows, ""]))
    assert not found, f"kinds without a heading: {sorted(found)}"
    parts.append(REFUSED_OPENING)
    with override("en"):
        for path in REFUSED:
            try:
                compile_xlsform(path.read_bytes(), "md", path.name)
            except FileRefused as refused:
                one = refused.mistakes[0]
                sentence = one.message.replace("|", "\\|")
                parts.append(f"| `{path.stem}` | {one.sheet} | {one.row or ''} | {one.column} | {sentence} |\n")
    return "".join(parts)


APPROVAL = ROOT / "docs" / "approval.md"
APPROVAL_OPENING = """# Approval: states, steps, who may take them

Made by `scripts/write_docs.py` from `caunoi/approvals/rules.py` and `permissions.py`.

A record goes up the levels that `approval` of assignments.csv names, in turn. `endorse` is the approval of a level that
is not the last: the record stays *submitted* and waits for the next level; nothing is posted. `approve` is the last
level's, and the only step that puts figures into the approved book. A return or a correction begins at the first level
again. What is past its `locks_days` is locked by itself (`caunoi worker`, or the first page of a day), and after an
unlocking stays open until it is approved anew or locked by hand.

"""
APPROVAL_MIDDLE = """

*reaches*: the role stands on the record's unit or above it. *decides*: it stands there on the level whose turn it is
(or, once all have approved, on the last one), or on a wider one; for `endorse`, not on the next level or above.

| step | who | says why |
| --- | --- | --- |
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


REPORTS_OPENING = """
## Reports

From `caunoi/reports/rules/life.py` and `permissions.py`. A report's bytes change only while it is *draft* or
*returned*, by another version; an issued one is a document. `supersede` is taken by the issue of the report that takes
its place. Whoever made a report may revise and submit it, whatever their role; nobody approves what they submitted.

"""


def write_reports_life() -> str:
    from caunoi.reports.permissions import OWN, PERMISSIONS
    from caunoi.reports.rules.life import NEEDS_COMMENT, TRANSITIONS, ReportStep

    arrows = [f"    {before} --> {after}: {step}" for (before, step), after in TRANSITIONS.items()]
    rows = [
        f"| `{step}` | {', '.join([*(['who made it'] if step in OWN else []), *sorted(PERMISSIONS[step])])} |"
        f" {'yes' if step in NEEDS_COMMENT else ''} |"
        for step in ReportStep
    ]
    diagram = "\n".join(["```mermaid", "stateDiagram-v2", *arrows, "```"])
    head = "\n\n| step | who, with a role that reaches the unit | says why |\n| --- | --- | --- |\n"
    return REPORTS_OPENING + diagram + head + "\n".join(rows) + "\n"


RATINGS_OPENING = """
## Ratings

From `caunoi/assessments/rules/life.py` and `permissions.py`. A closed rating's class is a record of the form that its
sheet names, approved as it comes: it changes only by the answer to an appeal. Nobody reviews points they
sent themselves.

"""


def write_ratings_life() -> str:
    from caunoi.assessments.permissions import PERMISSIONS, Where
    from caunoi.assessments.rules.life import NEEDS_REASON, TRANSITIONS, RatingStep

    where = {Where.UNIT: "the unit", Where.ABOVE: "the level above", Where.RUNNER: "the unit that runs the round"}
    arrows = [f"    {before} --> {after}: {step}" for (before, step), after in TRANSITIONS.items()]
    rows = [
        f"| `{step}` | {where[PERMISSIONS[step][1]]}: {', '.join(sorted(PERMISSIONS[step][0]))} |"
        f" {'yes' if step in NEEDS_REASON else ''} |"
        for step in RatingStep
    ]
    diagram = "\n".join(["```mermaid", "stateDiagram-v2", *arrows, "```"])
    head = "\n\n| step | who, with a role that reaches | says why |\n| --- | --- | --- |\n"
    return RATINGS_OPENING + diagram + head + "\n".join(rows) + "\n"


def write_approval() -> str:
    from caunoi.approvals.permissions import PERMISSIONS, Relation
    from caunoi.approvals.rules import NEEDS_COMMENT, TRANSITIONS, Step

    arrows = [f"    {before} --> {after}: {step}" for (before, step), after in TRANSITIONS.items()]
    rows = []
    for step in Step:
        who = [
            f"{held.role.value} ({'decides' if held.relation is Relation.DECIDES else 'reaches'})"
            for held in sorted(PERMISSIONS[step])
        ]
        rows.append(f"| `{step}` | {', '.join(who)} | {'yes' if step in NEEDS_COMMENT else ''} |")
    diagram = "\n".join(["```mermaid", "stateDiagram-v2", *arrows, "```"])
    lives = write_reports_life() + write_ratings_life()
    return APPROVAL_OPENING + diagram + APPROVAL_MIDDLE + "\n".join(rows) + "\n" + lives


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caunoi.config.settings")
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory(prefix="caunoi-docs-") as home:
        os.environ["CAUNOI_HOME"] = home
        import django

        django.setup()
        ERRORS.write_text(write_errors(), encoding="utf-8")
        APPROVAL.write_text(write_approval(), encoding="utf-8")
        SUPPORT.write_text(write_support(), encoding="utf-8")


if __name__ == "__main__":
    main()
