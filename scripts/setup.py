# -*- coding: utf-8 -*-
"""Builds .venv from requirements.lock and says in one sentence what is wrong when it cannot.

Run by `make` with whatever `python3` there is, so it is written for any Python 3: no f-strings, no annotations, nothing
outside the standard library. pip comes with the repository (scripts/pip-*.whl): Debian's bare python3 has none.
"""

import errno
import fcntl
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

NEEDED = (3, 11)
NEEDED_MB = 1300  # the finished environment (830 MB) and what pip unpacks on the way

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOCK = os.path.join(ROOT, "requirements.lock")
PROJECT = os.path.join(ROOT, "pyproject.toml")
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "caunoi-ready")
# There while pip works. Found at the next start, it means that pip was interrupted; pip may then take a half-written
# package for an installed one, so the environment is built again from nothing.
UNFINISHED = os.path.join(VENV, "caunoi-unfinished")

WORDS = {
    "old": (
        "Cầu Nối cần Python %(needed)s trở lên, nhưng %(python)s là Python %(version)s; %(remedy_vi)s",
        "Cầu Nối needs Python %(needed)s or newer, but %(python)s is Python %(version)s; %(remedy_en)s",
    ),
    "old-other": ("hãy chạy lại với PYTHON=%(other)s.", "run it again with PYTHON=%(other)s."),
    "old-none": (
        "hãy cài bản mới hơn rồi chạy lại với PYTHON=đường-dẫn-tới-python.",
        "install a newer one and run again with PYTHON=path-to-python.",
    ),
    "venv": (
        "%(python)s thiếu mô-đun venv; hãy chạy: sudo apt-get install python3-venv",
        "%(python)s lacks the module venv; run: sudo apt-get install python3-venv",
    ),
    "read-only": (
        "Không ghi được vào thư mục %(path)s (%(why)s); hãy chép mã nguồn sang thư mục của bạn rồi chạy lại.",
        "The folder %(path)s cannot be written to (%(why)s); copy the source to a folder of yours and run again.",
    ),
    "space": (
        "Ổ đĩa của %(path)s chỉ còn trống %(free)s MB, cần %(needed)s MB; hãy giải phóng chỗ rồi chạy lại.",
        "The disk of %(path)s has only %(free)s MB free and %(needed)s MB are needed; make room and run again.",
    ),
    "full": (
        "Hết chỗ trên ổ đĩa khi đang cài đặt vào %(path)s hoặc %(temp)s; hãy giải phóng chỗ rồi chạy lại.",
        "The disk became full while installing into %(path)s or %(temp)s; make room and run again.",
    ),
    "system": (
        "Không đọc hoặc không ghi được %(path)s (%(why)s); hãy kiểm tra ổ đĩa và mã nguồn rồi chạy lại.",
        "%(path)s cannot be read or written (%(why)s); check the disk and the source, then run again.",
    ),
    "hash": (
        "Gói %(package)s tải về không khớp mã băm trong requirements.lock nên không cài; "
        "có thể tải hỏng hoặc máy chủ gói trung gian đưa tệp khác. Hãy xoá bộ đệm (.venv/bin/python -m pip cache purge) rồi chạy lại.",
        "The downloaded package %(package)s does not match its hash in requirements.lock and was not installed; the "
        "download may be damaged or a package mirror serves another file. Purge the cache (.venv/bin/python -m pip cache purge) and run again.",
    ),
    "offline": (
        "Không kết nối được tới kho gói Python; hãy kiểm tra mạng, proxy (https_proxy) hoặc cấu hình pip (pip config list) rồi chạy lại.",
        "The Python package index cannot be reached; check the network, the proxy (https_proxy) or pip's settings (pip config list) and run again.",
    ),
    "missing": (
        "Kho gói Python của máy này không có %(package)s bản dựng sẵn cho %(machine)s, Python %(version)s; hãy kiểm tra cấu hình "
        "pip (pip config list), hoặc dùng CPython %(needed)s trở lên trên Linux x86_64 hay arm64.",
        "This machine's Python package index has no built %(package)s for %(machine)s, Python %(version)s; check pip's settings "
        "(pip config list), or use CPython %(needed)s or newer on Linux x86_64 or arm64.",
    ),
    "other": (
        "Cài đặt không xong; chi tiết trong %(log)s",
        "The installation did not finish; details are in %(log)s",
    ),
    "stopped": (
        "Đã dừng theo yêu cầu; chạy lại lệnh này sẽ dựng môi trường từ đầu.",
        "Stopped as asked; running the command again builds the environment from nothing.",
    ),
    "start": (
        "Đang dựng môi trường trong %(path)s (chỉ lần đầu, vài phút) ...",
        "Building the environment in %(path)s (only the first time, a few minutes) ...",
    ),
    "again": (
        "Lần cài đặt trước bị dở dang; dựng lại môi trường từ đầu.",
        "The last installation was interrupted; building the environment from nothing.",
    ),
    "done": ("Môi trường đã sẵn sàng.", "The environment is ready."),
}


# Why the system would not write, as errno says it; the system's own words are in another language than ours.
REASONS = {
    errno.EACCES: ("không có quyền", "no permission"),
    errno.EPERM: ("không có quyền", "no permission"),
    errno.EROFS: ("ổ đĩa chỉ cho đọc", "the disk is read-only"),
    errno.EIO: ("đĩa đọc hoặc ghi bị lỗi", "the disk fails"),
    errno.EMFILE: ("đang mở quá nhiều tệp", "too many open files"),
    errno.ENFILE: ("đang mở quá nhiều tệp", "too many open files"),
    errno.ENOENT: ("không có tệp hoặc thư mục này", "no such file or folder"),
    errno.ENOTDIR: ("một phần của đường dẫn không phải thư mục", "a part of the path is no folder"),
    errno.EISDIR: ("đây là thư mục, không phải tệp", "it is a folder, not a file"),
    errno.EEXIST: ("đã có tệp hoặc thư mục mang tên này", "there is a file or folder of that name"),
}


class CannotSetUp(Exception):
    def __init__(self, word, **values):
        Exception.__init__(self, word)
        self.word, self.values = word, values


def say(word, **values):
    """Both languages, in UTF-8 whatever the terminal's locale claims (an old Python would fail on C/ASCII).

    A value that is a pair is said in each language by its own.
    """
    told = [
        sentence % {name: value[which] if isinstance(value, tuple) else value for name, value in values.items()}
        for which, sentence in enumerate(WORDS[word])
    ]
    text = "\n".join(told) + "\n"
    stream = getattr(sys.stderr, "buffer", None)
    sys.stderr.flush()
    if stream is None:
        sys.stderr.write(text)
    else:
        stream.write(text.encode("utf-8"))
        stream.flush()


def reason(error):
    """A pair; what is not known here stays as the system says it."""
    return REASONS.get(error.errno) or (error.strerror, error.strerror)


def check_python():
    if sys.version_info[:2] >= NEEDED:
        return
    version = ".".join(str(part) for part in sys.version_info[:3])
    needed = "%d.%d" % NEEDED
    others = [name for name in ("python3.14", "python3.13", "python3.12", "python3.11") if works(name)]
    remedies = WORDS["old-other" if others else "old-none"]
    vi, en = [remedy % {"other": others[0] if others else ""} for remedy in remedies]
    raise CannotSetUp(
        "old", needed=needed, python=sys.executable or "python3", version=version, remedy_vi=vi, remedy_en=en
    )


def works(name):
    with open(os.devnull, "w") as nothing:
        return bool(shutil.which(name)) and not subprocess.call([name, "-c", ""], stdout=nothing, stderr=nothing)


def fingerprint():
    """What the environment was made from: the lock, the project's entry points, this Python and this folder."""
    digest = hashlib.sha256()
    for path in (LOCK, PROJECT, os.path.abspath(__file__)):
        with open(path, "rb") as file:
            digest.update(hashlib.sha256(file.read()).digest())
    digest.update(("%s %s" % (sys.version, ROOT)).encode("utf-8"))
    return digest.hexdigest()


def is_ready(wanted):
    if os.path.exists(UNFINISHED) or not os.path.exists(PYTHON):
        return False
    try:
        with open(STAMP) as file:
            return file.read().strip() == wanted
    except (IOError, OSError):
        return False


def check_folder():
    probe = os.path.join(ROOT, ".caunoi-write-probe-%d" % os.getpid())
    try:
        with open(probe, "w") as file:
            file.write("x")
        os.remove(probe)
    except (IOError, OSError) as error:
        if error.errno == errno.ENOSPC:
            raise CannotSetUp("space", path=ROOT, free=0, needed=NEEDED_MB)
        raise CannotSetUp("read-only", path=ROOT, why=reason(error))
    if not os.path.exists(PYTHON):
        free = shutil.disk_usage(ROOT).free // (1024 * 1024)
        if free < NEEDED_MB:
            raise CannotSetUp("space", path=ROOT, free=free, needed=NEEDED_MB)


def make_venv():
    try:
        import venv
    except ImportError:
        raise CannotSetUp("venv", python=sys.executable)
    if os.path.exists(UNFINISHED):
        say("again")
        shutil.rmtree(VENV)
    if not os.path.isdir(VENV):
        os.mkdir(VENV)
    with open(UNFINISHED, "w"):
        pass
    try:
        # pip is not asked of `ensurepip`: Debian keeps that in another package than python3.
        venv.EnvBuilder(symlinks=True, with_pip=False).create(VENV)
    except subprocess.CalledProcessError:
        raise CannotSetUp("venv", python=sys.executable)


def run_pip(log, *arguments, **options):
    environment = dict(os.environ)
    # Settings meant for another Python, or for a user's own installs, would break this one.
    for name in ("PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV"):
        environment.pop(name, None)
    environment["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    environment["PIP_ROOT_USER_ACTION"] = "ignore"
    environment["PIP_NO_INPUT"] = "1"
    environment["PYTHONWARNINGS"] = "ignore"  # setuptools warns at length about editable installs
    command = [PYTHON, options.get("pip") or "-m"] + ([] if options.get("pip") else ["pip"])
    command += ["--log", log] + list(arguments)
    return subprocess.call(command, env=environment, cwd=ROOT)


def install(wanted):
    handle, log = tempfile.mkstemp(prefix="caunoi-setup-", suffix=".log")
    os.close(handle)
    wheel = sorted(glob.glob(os.path.join(ROOT, "scripts", "pip-*.whl")))[-1]
    quiet = ["-qq"]
    failed = (
        run_pip(log, "install", *(quiet + ["--no-index", "--force-reinstall", wheel]), pip=wheel + "/pip")
        or run_pip(log, "install", "--require-hashes", "--only-binary", ":all:", "-r", LOCK, *calm())
        or run_pip(log, "install", *(quiet + ["--no-deps", "--no-build-isolation", "--no-index", "-e", ROOT]))
    )
    if failed:
        raise explain(log)
    os.remove(log)
    os.remove(UNFINISHED)
    with open(STAMP, "w") as file:
        file.write(wanted + "\n")


def calm():
    """On a terminal pip's own lines and bars are the progress; in a log file one line at the end is enough."""
    return [] if sys.stdout.isatty() else ["--quiet", "--progress-bar", "off"]


def explain(log):
    with open(log, "rb") as file:
        text = file.read().decode("utf-8", "replace")
    if "No space left on device" in text or "Disk quota exceeded" in text:
        return CannotSetUp("full", path=ROOT, temp=tempfile.gettempdir())
    if "Read-only file system" in text or "Permission denied" in text:
        return CannotSetUp("read-only", path=VENV, why=REASONS[errno.EROFS if "Read-only" in text else errno.EACCES])
    if "DO NOT MATCH THE HASHES" in text:
        found = re.search(r"([A-Za-z0-9._-]+==[^ :\n]+)[^\n]*\n[^\n]*Expected sha", text)
        return CannotSetUp("hash", package=found.group(1) if found else "?")
    unreachable = (
        "NewConnectionError|Failed to establish a new connection|Name or service not known|ConnectTimeout|"
        "Temporary failure in name resolution|Network is unreachable|ProxyError|Read timed out|Connection refused|"
        "Connection to .* timed out|ConnectionResetError|Failed to resolve|NameResolutionError"
    )
    if re.search(unreachable, text):
        return CannotSetUp("offline")
    missing = re.search(r"No matching distribution found for ([A-Za-z0-9._-]+(?:==[^ ;\n]+)?)", text)
    if missing:
        return CannotSetUp(
            "missing",
            package=missing.group(1),
            machine=os.uname()[4],
            version="%d.%d" % sys.version_info[:2],
            needed="%d.%d" % NEEDED,
        )
    return CannotSetUp("other", log=log)


def main():
    try:
        check_python()
        wanted = fingerprint()
        if is_ready(wanted):
            return 0
        check_folder()
        # Two `make` at once (a demo in one window, tests in another) would install into the same folder.
        folder = os.open(ROOT, os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)
        if not is_ready(wanted):
            say("start", path=VENV)
            make_venv()
            install(wanted)
            say("done")
        return 0
    except CannotSetUp as problem:
        say(problem.word, **problem.values)
    except (IOError, OSError) as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            say("full", path=ROOT, temp=tempfile.gettempdir())
        elif error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            say("read-only", path=error.filename or ROOT, why=reason(error))
        else:
            say("system", path=error.filename or ROOT, why=reason(error))
    except KeyboardInterrupt:
        say("stopped")
    return 1


if __name__ == "__main__":
    sys.exit(main())
