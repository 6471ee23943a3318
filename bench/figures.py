"""Which function measures which figure."""

from __future__ import annotations

from collections.abc import Callable

from bench import door, exports, questions, web, whole
from bench.measuring import Bench, Measured

MEASURES: list[Callable[[Bench], Measured]] = [
    door.submission_roundtrip_ms,
    door.import_values_per_s,
    exports.export_rows_per_s,
    exports.export_peak_mb,
    questions.rebuild_s,
    questions.projection_mb,
    questions.query_province_ms,
    questions.query_commune_ms,
    questions.query_national_ms,
    questions.question_peak_mb,
    web.web_idle_mb,
    web.desk_home_p95_ms,
    whole.demo_load_s,
    whole.report_s,
]
FIGURES = {measure.__name__: measure for measure in MEASURES}
