"""Which function measures which figure."""

from __future__ import annotations

from collections.abc import Callable

from bench import (
    backups,
    browser_form,
    documents,
    door,
    exports,
    harder_questions,
    papers,
    phones,
    questions,
    searching,
    web,
    whole,
)
from bench.measuring import Bench, Measured

MEASURES: list[Callable[[Bench], Measured]] = [
    door.submission_roundtrip_ms,
    door.import_values_per_s,
    exports.export_rows_per_s,
    exports.export_peak_mb,
    backups.backup_mb_per_s,
    backups.restore_mb_per_s,
    backups.backup_peak_mb,
    questions.rebuild_s,
    questions.projection_mb,
    questions.query_province_ms,
    questions.query_commune_ms,
    questions.query_national_ms,
    harder_questions.rollup_all_s,
    harder_questions.query_recast_ms,
    harder_questions.query_as_known_ms,
    harder_questions.query_with_tail_ms,
    harder_questions.freshness_ms,
    harder_questions.lineage_ms,
    questions.question_peak_mb,
    web.web_idle_mb,
    web.desk_home_p95_ms,
    searching.search_p95_ms,
    phones.submissions_per_s,
    phones.submissions_p99_ms,
    phones.submissions_peak_mb,
    phones.submissions_per_s_postgres,
    phones.submissions_p99_ms_postgres,
    phones.photos_per_s,
    phones.photos_peak_mb,
    phones.reconnect_storm_p99_s,
    phones.form_list_p95_ms,
    phones.manifest_p95_ms,
    browser_form.form_interactive_s,
    browser_form.form_interactive_again_s,
    browser_form.form_interactive_offline_s,
    documents.document_search_p95_ms,
    papers.certificates_10000_s,
    papers.certificates_10000_peak_mb,
    whole.demo_load_s,
    whole.report_s,
    whole.verify_s,
    whole.reports_batch_s,
    whole.reports_batch_peak_mb,
]
FIGURES = {measure.__name__: measure for measure in MEASURES}
