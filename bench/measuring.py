"""What all figures share: how a result looks, how times are taken, the world they are measured in."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.world import World


class NotMeasured(Exception):
    """This figure cannot be measured here; the reason is printed and the others go on."""


@dataclass(frozen=True)
class Measured:
    value: float
    unit: str
    baseline: float | None
    baseline_name: str
    facts: int | None = None

    def as_json(self, name: str, facts: int) -> dict[str, Any]:
        ratio = self.value / self.baseline if self.baseline else None
        return {
            "name": name,
            "value": _short(self.value),
            "unit": self.unit,
            "baseline": _short(self.baseline),
            "baseline_name": self.baseline_name,
            "ratio": _short(ratio),
            "facts": facts if self.facts is None else self.facts,
        }


def _short(value: float | None) -> float | None:
    """Four significant digits: more would claim a precision that no run has."""
    return None if value is None else float(f"{value:.4g}")


@dataclass
class Bench:
    home: Path
    facts: int

    @cached_property
    def world(self) -> World:
        """Made at first use; one that stands in a home that is kept (BENCH_HOME) is used again."""
        from bench.world import make_world, stored_world

        return stored_world(self.home, self.facts) or make_world(self.home, self.facts)


def median_ms(run: Callable[[], object], times: int = 7) -> float:
    """Median of several runs after one that is not counted."""
    run()
    return statistics.median(timed_ms(run) for _ in range(times))


def timed_ms(run: Callable[[], object]) -> float:
    begun = time.perf_counter()
    run()
    return (time.perf_counter() - begun) * 1000


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
