"""How the workbook's cells look."""

from __future__ import annotations

from typing import Any

from caunoi.approvals.rules import State


class Formats:
    def __init__(self, workbook: Any) -> None:
        def make(**options: Any) -> Any:
            return workbook.add_format({"font_name": "Arial", "font_size": 10, "valign": "vcenter", **options})

        grid = {"border": 1, "border_color": "#BFBFBF"}
        wrap = {"text_wrap": True, "valign": "top"}
        self.title = make(bold=True, font_size=14, font_color="#1F3864")
        self.bold = make(bold=True)
        self.note = make(italic=True, font_color="#595959")
        self.head = make(bold=True, bg_color="#DDEBF7", **grid, **wrap)
        self.required = make(bold=True, bg_color="#FCE4D6", **grid, **wrap)
        self.before_head = make(italic=True, font_color="#595959", bg_color="#EDEDED", **grid, **wrap)
        self.allowed = make(italic=True, font_size=8, font_color="#595959", **grid, **wrap)
        self.before_allowed = make(bg_color="#EDEDED", **grid)
        self.key = make(bg_color="#F2F2F2", **grid)
        self.states = {
            State.RETURNED.value: make(bg_color="#F8CBAD", bold=True, **grid),
            State.APPROVED.value: make(bg_color="#E2EFDA", **grid),
            State.SUBMITTED.value: make(bg_color="#FFF2CC", **grid),
            State.LOCKED.value: make(bg_color="#D9D9D9", **grid),
        }
        kinds = {"whole": "#,##0", "number": "General", "date": "dd/mm/yyyy", "text": "@"}
        self.open = {kind: make(num_format=shown, locked=False, **grid) for kind, shown in kinds.items()}
        self.locked = {kind: make(num_format=shown, bg_color="#D9D9D9", **grid) for kind, shown in kinds.items()}
        self.before = {
            kind: make(num_format=shown, bg_color="#EDEDED", font_color="#7F7F7F", italic=True, **grid)
            for kind, shown in kinds.items()
        }
