"""Which Word file, parameters and layout a report of a unit is made with: the nearest that was put in use, going up
from the unit; the pack's where nobody put another."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.reports.errors import BodyUnknown
from caunoi.reports.models import BodyLayout, OwnTemplate, ReportTemplate
from caunoi.reports.queries import get_template
from caunoi.vietnamese_text import sort_key

ALWAYS_THE_PACKS = ("title", "period")
"""What a report is called and which days it covers is the same for everybody who makes it."""


@dataclass(frozen=True)
class InUse:
    """`own`, `body`: None where the pack's template, or the template's own layout, is used."""

    template: ReportTemplate
    file_id: str
    parameters: dict[str, Any]
    own: OwnTemplate | None = None
    body: BodyLayout | None = None

    @property
    def has_newer_from_pack(self) -> bool:
        return self.own is not None and self.own.pack_print != print_of(self.template)


def print_of(template: ReportTemplate) -> str:
    """The same for the same file with the same parameters."""
    text = json.dumps([template.template_id, template.parameters], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def find_in_use(
    code: str, unit: int, day: date, places: PlaceSnapshot, body: str = "", *, or_usual: bool = False
) -> InUse:
    """For a report of the unit on the boundaries of the day; `body`: by one that reports beside the usual one, whose
    words may stand for other templates only (`or_usual`: the usual ones then). Raises TemplateUnknown, BodyUnknown."""
    template, line = get_template(code), _list_line(unit, day, places)
    own = _find_own(code, line)
    layout = _find_layout(code, line, body)
    if body and layout is None:
        if not or_usual:
            raise BodyUnknown(body, list_bodies(unit, day, places))
        layout = _find_layout(code, line, "")
    if own is None or own.file_id is None:
        file_id, parameters = template.template_id, dict(template.parameters)
        own = None
    else:
        file_id, kept = own.file_id, {name: template.parameters.get(name) for name in ALWAYS_THE_PACKS}
        parameters = {**own.parameters, **{name: value for name, value in kept.items() if value is not None}}
    if layout is not None:
        sets = template.parameters.get("layout", {}).get("sets")
        parameters["layout"] = {**layout.layout, **({"sets": sets} if sets else {})}
    return InUse(template, file_id, parameters, own, layout)


def _list_line(unit: int, day: date, places: PlaceSnapshot) -> list[int]:
    """The unit and those above it on that day, nearest first, each followed by what came after it: what a province
    decides also holds for its reports about the years before it was merged."""
    found: dict[int, None] = {}
    for one in (unit, *places.ancestors_on(unit, day)):
        open_ = [one]
        while open_:
            here = open_.pop(0)
            if here not in found:
                found[here] = None
                open_ += [step.new for step in places.successors(here)]
    return list(found)


def _find_own(code: str, line: list[int]) -> OwnTemplate | None:
    newest: dict[int, OwnTemplate] = {}
    for one in OwnTemplate.objects.filter(template_code=code, org_unit_id__in=line).order_by("number"):
        newest[one.org_unit_id] = one
    return next((newest[unit] for unit in line if unit in newest and newest[unit].file_id is not None), None)


def list_bodies(unit: int, day: date, places: PlaceSnapshot) -> list[str]:
    """Those that report about the unit beside its usual body."""
    layouts = BodyLayout.objects.filter(org_unit_id__in=_list_line(unit, day, places)).exclude(body="")
    return sorted(set(layouts.values_list("body", flat=True)), key=sort_key)


def list_every_body() -> list[str]:
    """Those that report beside the usual body of any unit."""
    return sorted(set(BodyLayout.objects.exclude(body="").values_list("body", flat=True)), key=sort_key)


def _find_layout(code: str, line: list[int], body: str) -> BodyLayout | None:
    """Of one unit, what was said of this template comes before what was said of all."""
    said = {
        (one.org_unit_id, one.template_code): one
        for one in BodyLayout.objects.filter(org_unit_id__in=line, template_code__in=["", code], body=body)
    }
    return next((said[unit, which] for unit in line for which in (code, "") if (unit, which) in said), None)


def list_own(code: str, unit: int) -> list[OwnTemplate]:
    """What this very unit put in use, newest first."""
    return list(OwnTemplate.objects.filter(template_code=code, org_unit_id=unit).order_by("-number"))


def list_layout_sets(templates: list[ReportTemplate]) -> dict[str, str]:
    """Name and title of every layout set that the templates have."""
    found: dict[str, str] = {}
    for template in templates:
        layout = template.parameters.get("layout", {})
        found |= {str(name): str(title) for name, title in layout.get("sets", {}).items()}
    return found
