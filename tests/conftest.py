"""S3-compatible storage for the tests: moto's server, which speaks S3 over HTTP on this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest

if TYPE_CHECKING:
    from caunoi.documents.storage import ObjectStorage


@pytest.fixture(scope="session")
def object_server() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ})
    try:
        address = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 60
        while True:
            try:
                urlopen(Request(f"{address}/kho", method="PUT"), timeout=5).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < until, "the storage did not start"
                time.sleep(0.1)  # until the server of the storage answers; it tells nobody when
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture
def storage(object_server: str, settings: Any, tmp_path: Path) -> Iterator[ObjectStorage]:
    """An empty folder in the storage, and an empty home."""
    from caunoi.documents.storage import find_storage
    from caunoi.facts.projection import forget_projections

    settings.CAUNOI_HOME = tmp_path / "may-1"
    settings.CAUNOI_HOME.mkdir()
    settings.CAUNOI_STORAGE_URL = f"s3://kho/{tmp_path.name}?endpoint={object_server}"
    settings.AWS_ACCESS_KEY_ID, settings.AWS_SECRET_ACCESS_KEY = "khoa", "khoa-bi-mat"
    forget_projections()
    found = find_storage()
    assert found is not None
    yield found
    forget_projections()
