"""`make check`: everything that can be said about the code without running it. Runs all of it, then says what failed.

`make check ARGS="types imports"` runs some.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
CHECKS = {
    "types": [str(BIN / "mypy")],
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
    "lint": [str(BIN / "ruff"), "check", "--quiet", "."],
    "imports": [str(BIN / "lint-imports"), "--no-cache"],
    "templates-lint": [str(BIN / "djlint"), "caunoi", "--lint", "--quiet"],
    "templates-format": [str(BIN / "djlint"), "caunoi", "--check", "--quiet"],
    "migrations": [str(BIN / "python"), "manage.py", "makemigrations", "--check", "--dry-run"],
}


def run(name: str) -> tuple[str, int, float, str]:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="caunoi-check-") as home:
        done = subprocess.run(
            CHECKS[name],
            cwd=ROOT,
            env={**os.environ, "CAUNOI_HOME": home, "DJANGO_SETTINGS_MODULE": "caunoi.config.settings"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    return name, done.returncode, time.monotonic() - begun, done.stdout


def main(wanted: list[str]) -> int:
    if unknown := sorted(set(wanted) - set(CHECKS)):
        print(f"There is no check {', '.join(unknown)}. There are: {', '.join(CHECKS)}.", file=sys.stderr)
        return 2
    failed = []
    with ThreadPoolExecutor(2) as pool:
        for name, code, seconds, output in pool.map(run, wanted or CHECKS):
            print(f"{'ok    ' if code == 0 else 'FAILED'} {name} ({seconds:.1f} s)", flush=True)
            if code:
                failed.append(name)
                print(output.rstrip(), flush=True)
    if failed:
        print(f"make check: {', '.join(failed)} failed.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
