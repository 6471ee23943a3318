"""Starting `caunoi serve` as it is started in earnest."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
CAUNOI = Path(sys.executable).with_name("caunoi")


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SECRET_KEY")}
    return {**kept, "CAUNOI_HOME": str(home), "CAUNOI_LANGUAGE": "vi", **more}


def wait_for_server(address: str, process: subprocess.Popen[bytes], log: Any) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{address}/sign-in/", timeout=5) as answer:
                assert answer.status == 200
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            assert process.poll() is None, Path(log.name).read_text()
            time.sleep(0.1)
    raise AssertionError(Path(log.name).read_text())
