"""Imports a workbook of so many rows into a database of its own and prints time and peak memory as JSON."""

from __future__ import annotations

import io
import json
import os
import sys
import time
from pathlib import Path

from caunoi.records.tests.memory import read_peak_kb


def run(home: Path, rows: int) -> dict[str, float]:
    os.environ["CAUNOI_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "caunoi.config.settings"
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
    import xlsxwriter
    from django.core.management import call_command

    from caunoi.accounts.scope import EVERYTHING
    from caunoi.moments import local_moment
    from caunoi.records.spreadsheet import import_file
    from caunoi.records.tests.builders import DAY, REPORT, publish, unit

    call_command("migrate", verbosity=0)
    publish("bao_cao_thang_thon")
    villages = [unit(f"Thôn {number}", "village", code=f"V{number}") for number in range(1000)]
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    page = book.add_worksheet("Dữ liệu")
    page.write_row(0, 0, ["don_vi", "ky", *REPORT])
    months = [f"{2018 + index // 12}-{index % 12 + 1:02d}" for index in range(50)]
    for index in range(rows):
        page.write_row(index + 1, 0, [villages[index % 1000].key, months[index // 1000], *map(int, REPORT.values())])
    book.close()
    content = made.getvalue()
    del book, page, made
    before = read_peak_kb() / 1024
    started = time.process_time()
    result = import_file(
        "bao_cao_thang_thon", content, "a.xlsx", by=None, by_name="", at=local_moment(DAY), scope=EVERYTHING
    )
    peak = read_peak_kb() / 1024
    seconds = time.process_time() - started
    return {"new": result.new, "seconds": seconds, "peak_mb": peak, "before_mb": before}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(Path(sys.argv[1]), int(sys.argv[2]))))
