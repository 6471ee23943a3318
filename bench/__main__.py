from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TextIO

from bench.names import GROUPS

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(os.environ.get("BENCH_RESULTS") or ROOT / "bench" / "results" / "latest.jsonl")


def main(wanted: list[str]) -> int:
    """Each group of figures runs in a process and a home of its own: no other group is in its memory."""
    wanted = wanted or [name for name in os.environ.get("BENCH_ONLY", "").split(",") if name]
    known = [name for names in GROUPS.values() for name in names]
    if unknown := sorted(set(wanted) - set(known)):
        print(f"There is no figure {', '.join(unknown)}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    failed = 0
    with open(RESULTS, "w", encoding="utf-8") as results:
        for names in GROUPS.values():
            chosen = [name for name in names if not wanted or name in wanted]
            if chosen:
                failed |= run_group(chosen, results)
    return failed


def run_group(names: list[str], results: TextIO) -> int:
    # A disk, not a memory file system, where a durable write costs nothing.
    kept = os.environ.get("BENCH_HOME") if set(names) <= set(GROUPS["ledger"]) else None
    home = Path(kept or tempfile.mkdtemp(prefix="caunoi-bench-", dir=os.environ.get("TMPDIR") or "/var/tmp"))
    environment = {**os.environ, "CAUNOI_HOME": str(home), "DJANGO_SETTINGS_MODULE": "caunoi.config.settings"}
    # The last: an installed program is compiled once, and not anew by each command that is timed.
    for name in ("DATABASE_URL", "CAUNOI_BASE_URL", "CAUNOI_ENGINE", "CAUNOI_LANGUAGE", "PYTHONDONTWRITEBYTECODE"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "bench", "--inside", *names]
    try:
        with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout
            for line in child.stdout:
                print(line, end="", flush=True)
                if line.startswith("{"):
                    print(line, end="", file=results, flush=True)
        return int(child.returncode != 0)
    finally:
        if not kept:
            shutil.rmtree(home, ignore_errors=True)


def inside(names: list[str]) -> int:
    import django

    django.setup()
    from django.core.management import call_command

    from bench.figures import FIGURES
    from bench.measuring import Bench, NotMeasured

    call_command("migrate", verbosity=0)
    facts = int(os.environ.get("BENCH_FACTS", "10000000").replace("_", ""))
    bench = Bench(Path(os.environ["CAUNOI_HOME"]), facts)
    failed = 0
    for name in names:
        print(f"... {name}", file=sys.stderr, flush=True)
        try:
            measured = FIGURES[name](bench)
        except NotMeasured as why:
            print(f"    not measured: {why}", file=sys.stderr)
        except Exception:  # noqa: BLE001 - one figure that fails must not lose the others; the exit code says so
            traceback.print_exc()
            failed = 1
        else:
            print(json.dumps(measured.as_json(name, facts), ensure_ascii=False), flush=True)
    return failed


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        sys.exit(inside(sys.argv[2:]))
    sys.exit(main(sys.argv[1:]))
