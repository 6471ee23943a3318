"""The connection to Spark: one in a process, made when first asked, stopped when the process ends.

It never answers for another engine: what cannot be reached is refused with a sentence.
"""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from caunoi.documents import s3
from caunoi.facts.engines import stored_segments
from caunoi.facts.errors import EngineUnreachable
from caunoi.refusals import explain_os_error

CONNECT_S = 5
# A cluster that is busy with others' work gives nothing meanwhile.
FIRST_ANSWER_S = 90

_lock = threading.RLock()
_session: Any = None


@contextmanager
def asking() -> Iterator[Any]:
    """The session of Spark. Whatever fails in it is refused with the reason; after a lost connection the next question
    makes a new one."""
    spark = _connect()
    try:
        yield spark
    except failures() as error:
        if _is_lost(spark):
            disconnect()
            raise _unreachable(_("mất kết nối giữa chừng")) from error
        raise EngineUnreachable(
            _("Cụm Spark ở %(master)s không trả lời được câu hỏi này: %(why)s")
            % {"master": settings.CAUNOI_SPARK_MASTER, "why": _first_line(error)}
        ) from error


def disconnect() -> None:
    """Stops Spark in this process, whether or not it still answers."""
    global _session
    with _lock:
        if _session is None:
            return
        from pyspark import SparkContext  # noqa: PLC0415
        from pyspark.sql import SparkSession  # noqa: PLC0415

        gateway = SparkContext._gateway
        with suppress(*failures()):
            _session.stop()
        _session = None
        process = getattr(gateway, "proc", None)
        if process is not None and process.poll() is not None:
            # The Java process itself has died: pyspark would go on asking it.
            SparkContext._gateway = SparkContext._jvm = SparkContext._active_spark_context = None
            SparkSession._instantiatedSession = None


def publish(path: Path, address: str) -> None:
    """Copies a file to storage that Spark knows (s3a://, hdfs://, file://). Nobody reads it before it is named."""
    with asking() as spark:
        files, target = _storage(spark, address)
        files.copyFromLocalFile(False, True, spark._jvm.org.apache.hadoop.fs.Path(path.as_uri()), target)


def withdraw(address: str) -> None:
    """Deletes a file there; one that is gone already is as good."""
    with asking() as spark:
        files, target = _storage(spark, address)
        files.delete(target, False)


def hash_files(addresses: Sequence[str]) -> dict[str, str]:
    """Address -> SHA-256 of the bytes as the cluster's machines read them. Missing files are left out."""
    with asking() as spark:
        there = {}
        for address in addresses:
            files, target = _storage(spark, address)
            if files.exists(target):
                there[address.rsplit("/", 1)[1]] = address
        if not there:
            return {}
        read = spark.read.format("binaryFile").load(list(there.values()))
        rows = read.selectExpr("path", "sha2(content, 256) AS sha256").collect()
        return {there[row[0].rsplit("/", 1)[1]]: row[1] for row in rows}


def _storage(spark: Any, address: str) -> tuple[Any, Any]:
    target = spark._jvm.org.apache.hadoop.fs.Path(address)
    return target.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration()), target


def _connect() -> Any:
    global _session
    with _lock:
        if _session is not None and _has_lost_machines(_session):
            disconnect()
        if _session is None:
            _check_installed()
            _check_master(settings.CAUNOI_SPARK_MASTER)
            _session = _start()
            _send_by_value()
            atexit.register(disconnect)
        return _session


def _send_by_value() -> None:
    """The cluster's machines need not have this product: the few functions they run are sent to them whole."""
    from pyspark import cloudpickle  # noqa: PLC0415

    for module in (s3, stored_segments):
        cloudpickle.register_pickle_by_value(module)


def _check_installed() -> None:
    if find_spec("pyspark") is None or find_spec("sqlglot") is None:
        raise EngineUnreachable(
            _("CAUNOI_ENGINE=spark cần thư viện pyspark, chưa được cài. Hãy chạy: make setup-spark")
        )
    home = os.environ.get("JAVA_HOME")
    if not (home and (Path(home) / "bin" / "java").exists()) and shutil.which("java") is None:
        raise EngineUnreachable(
            _("Spark cần Java 17 trở lên, máy này chưa có. Hãy chạy: sudo apt-get install openjdk-17-jre-headless")
        )


def _check_master(master: str) -> None:
    """Spark itself tries a wrong address for a minute; a closed door is known at once."""
    if not master:
        raise EngineUnreachable(
            _("CAUNOI_ENGINE=spark cần địa chỉ cụm máy trong CAUNOI_SPARK_MASTER, ví dụ spark://10.0.0.5:7077.")
        )
    if not master.startswith("spark://"):
        return
    why = ""
    for address in master.removeprefix("spark://").split(","):
        host, _colon, port = address.rpartition(":")
        try:
            with socket.create_connection((host, int(port)), timeout=CONNECT_S):
                return
        except OSError as error:
            why = explain_os_error(error)
        except ValueError:
            why = _("địa chỉ phải có dạng spark://máy:cổng")
    raise _unreachable(why)


def _start() -> Any:
    from pyspark.sql import SparkSession  # noqa: PLC0415 - half a second and 80 MB, only when Spark is asked for

    # The cluster's machines run this Python, where nothing names another: they have it under the same name.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    quiet = (Path(__file__).parent / "log4j2.properties").as_uri()
    builder = (
        SparkSession.builder.master(settings.CAUNOI_SPARK_MASTER)
        .appName("caunoi")
        .config("spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile={quiet}")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        # Questions of several readers share the cluster; a wide one does not hold up the narrow ones.
        .config("spark.scheduler.mode", "FAIR")
        # Sums that overflow must fail and never wrap.
        .config("spark.sql.ansi.enabled", "true")
        .config("spark.sql.session.timeZone", settings.TIME_ZONE)
        # Small groups of rows are what questions give; 200 pieces of them would take longer than the sums.
        .config("spark.sql.shuffle.partitions", "8")
    )
    spark = None
    try:
        spark = builder.getOrCreate()
        # Connected is not yet able: without a free machine the first job would wait for ever.
        timer = threading.Timer(FIRST_ANSWER_S, spark.sparkContext.cancelAllJobs)
        timer.start()
        try:
            spark.range(0, 1, 1, 1).count()
        finally:
            timer.cancel()
    except failures() as error:
        if spark is not None:
            with suppress(*failures()):
                spark.stop()
        why = _first_line(error)
        if "cancel" in why.lower():
            why = _("không có máy tính toán nào nhận việc trong %(seconds)d giây") % {"seconds": FIRST_ANSWER_S}
        raise _unreachable(why) from error
    return spark


def failures() -> tuple[type[Exception], ...]:
    from py4j.protocol import Py4JError  # noqa: PLC0415
    from pyspark.errors import PySparkException  # noqa: PLC0415

    return Py4JError, PySparkException, OSError


def _has_lost_machines(spark: Any) -> bool:
    """Its cluster was stopped after it had answered: a question would wait until it comes back, and an old connection
    is not always taken up again then."""
    if not settings.CAUNOI_SPARK_MASTER.startswith("spark://"):
        return False
    try:
        # The driver, which is this process, is one of them.
        return bool(spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size() <= 1)
    except failures():
        return True


def _is_lost(spark: Any) -> bool:
    try:
        return bool(spark.sparkContext._jsc.sc().isStopped())
    except failures():
        return True


def _unreachable(why: str) -> EngineUnreachable:
    return EngineUnreachable(
        _(
            "Không dùng được cụm Spark ở %(master)s: %(why)s. Hãy kiểm tra cụm máy và CAUNOI_SPARK_MASTER,"
            " hoặc đặt CAUNOI_ENGINE=duckdb để tính ngay trên máy chủ."
        )
        % {"master": settings.CAUNOI_SPARK_MASTER, "why": why}
    )


def _first_line(error: BaseException) -> str:
    """Java's own sentence where there is one, without the trace."""
    java = getattr(error, "java_exception", None)
    if java is not None:
        with suppress(*failures()):
            return str(java.getMessage() or java.toString()).strip().splitlines()[0]
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
