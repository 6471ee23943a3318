"""Two reports side by side, with why a figure differs where the ledger can tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from caunoi.accounts.scope import EVERYTHING, Scope
from caunoi.reports.corrections import explain_corrections, say_why
from caunoi.reports.errors import WrongReportFile
from caunoi.reports.queries import list_visible
from caunoi.reports.rules.comparison import Difference, Pair, compare
from caunoi.reports.rules.manifest import Manifest
from caunoi.reports.verification import read_manifest
from caunoi.reports.word_file import WordFile


@dataclass(frozen=True)
class Compared:
    """`why`: by ref of the first's figure, a sentence; only where both are about the same days and boundaries."""

    first: Manifest
    second: Manifest
    pairs: tuple[Pair, ...]
    why: Mapping[str, str]

    @property
    def differences(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.kind is not Difference.SAME]

    @property
    def counts(self) -> Mapping[str, int]:
        found = Counter(pair.kind for pair in self.pairs)
        return {kind.value.replace("-", "_"): found[kind] for kind in Difference}

    def why_of(self, pair: Pair) -> str:
        return "" if pair.first is None else self.why.get(pair.first.ref, "")


def compare_reports(first: Manifest, second: Manifest, scope: Scope = EVERYTHING) -> Compared:
    """As far as the reader may know the figures of both."""
    one, other = (replace(manifest, figures=list_visible(manifest, scope)) for manifest in (first, second))
    pairs = compare(one, other)
    return Compared(first, second, tuple(pairs), _say_why(one, other, pairs, scope))


def _say_why(first: Manifest, second: Manifest, pairs: list[Pair], scope: Scope) -> dict[str, str]:
    if (first.first, first.last, first.boundaries) != (second.first, second.last, second.boundaries):
        return {}
    since, until = sorted((first.as_known, second.as_known))
    changed = [pair.first for pair in pairs if pair.kind is Difference.CHANGED and pair.first is not None]
    day = date.fromisoformat(first.boundaries)
    found = explain_corrections(changed, boundaries=day, since=since, until=until, scope=scope)
    return {ref: say_why(correction) for ref, correction in found.items()}


def manifest_of_file(content: bytes, name: str) -> Manifest:
    """Of a report's file as it was made; what was typed over in it since is `verify`'s to find."""
    status, manifest = read_manifest(WordFile(content))
    if manifest is None:
        raise WrongReportFile(
            {
                "missing": _("%(file)s không có bảng kê số liệu nên không so sánh được. Hãy chọn tệp báo cáo gốc."),
                "broken": _("Bảng kê số liệu trong %(file)s đã bị sửa hoặc hỏng. Hãy chọn tệp báo cáo gốc."),
            }.get(status, _("%(file)s do một hệ thống khác lập ra. Hãy so sánh ở hệ thống đó."))
            % {"file": name}
        )
    return manifest
