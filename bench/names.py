"""The figures by group, apart from their code: listing them must not need Django."""

GROUPS = {
    "door": ["submission_roundtrip_ms", "import_values_per_s"],
    "exports": ["export_rows_per_s", "export_peak_mb"],
    "ledger": [
        "rebuild_s",
        "projection_mb",
        "query_province_ms",
        "query_commune_ms",
        "query_national_ms",
        "question_peak_mb",
        "web_idle_mb",
        "desk_home_p95_ms",
    ],
    "phones": [
        "submissions_per_s",
        "submissions_p99_ms",
        "submissions_peak_mb",
        "submissions_per_s_postgres",
        "submissions_p99_ms_postgres",
        "photos_per_s",
        "photos_peak_mb",
        "reconnect_storm_p99_s",
        "form_list_p95_ms",
        "manifest_p95_ms",
    ],
    "browser": ["form_interactive_s", "form_interactive_again_s", "form_interactive_offline_s"],
    "demo": ["demo_load_s", "report_s"],
}
