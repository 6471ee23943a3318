"""A fresh clone must install and run: what the package needs is locked, in the repository, and inside it."""

from __future__ import annotations

import ast
import errno
import hashlib
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# What may never stand in a file of the repository: hosts of package registries, folders of somebody's machine.
# Put together from parts: this file names none of them either.
_HOSTS = (("pypi", "org"), ("python" + "hosted",), ("registry", "npmjs"), ("deb", "debian"))
# (`instance('list')/root/item` is how XLSForm names the rows of a list.)
_FOLDERS = (r"/home/[a-z]+/", r"(?<!\))/" + "root/", "/" + "opt/wheels")
NEVER = re.compile("|".join([*(r"\.".join(parts) for parts in _HOSTS), *_FOLDERS]))


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_every_dependency_is_locked_with_hashes() -> None:
    lock = "\n".join(
        (ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "requirements-spark.lock")
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    blocks = re.split(r"\n(?=[A-Za-z0-9])", lock)

    locked = {re.split(r"[\[=]", block)[0].lower(): block for block in blocks if "==" in block}

    for requirement in wanted:
        name = re.split(r"[\[<>=~! ]", requirement)[0].lower()
        assert "--hash=sha256:" in locked[name], name


def test_both_locks_agree() -> None:
    """What figures on a cluster need is added to the environment, and changes nothing in it."""
    versions = [
        dict(re.findall(r"^([a-z0-9-]+)==(\S+ ?;?.*) \\$", (ROOT / name).read_text(encoding="utf-8"), re.M))
        for name in ("requirements.lock", "requirements-spark.lock")
    ]

    assert {name: version for name, version in versions[1].items() if versions[0].get(name, version) != version} == {}
    assert versions[1].keys() - versions[0].keys() == {"py4j", "pyspark", "sqlglot"}


def test_no_file_names_a_registry_or_a_machine() -> None:
    found = []
    for path in tracked_files():
        if (
            path.suffix in (".whl", ".woff2", ".png", ".docx", ".xlsx")
            or "vendor" in path.parts
            or path == Path(__file__)
        ):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if NEVER.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")

    assert found == []


def test_the_setup_script_can_be_read_by_an_old_python_so_that_it_can_say_so() -> None:
    source = (ROOT / "scripts/setup.py").read_text(encoding="utf-8")

    ast.parse(source, feature_version=(3, 4))

    assert not re.search(r"""\bf["']""", source)


def test_an_old_python_is_told_what_to_do_in_both_languages() -> None:
    pretend = (
        "import sys, runpy; sys.version_info = (3, 9, 2, 'final', 0); sys.argv = ['scripts/setup.py'];"
        "runpy.run_path('scripts/setup.py', run_name='__main__')"
    )

    done = subprocess.run(
        [sys.executable, "-c", pretend], cwd=ROOT, capture_output=True, env={"LC_ALL": "C", "PATH": ""}
    )

    said = done.stderr.decode("utf-8")
    assert done.returncode == 1
    assert "Cầu Nối cần Python 3.11 trở lên" in said
    assert "needs Python 3.11 or newer" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("number", "vi", "en"),
    [
        (errno.EACCES, "Không ghi được vào thư mục /noi/do (không có quyền)", "cannot be written to (no permission)"),
        (errno.EROFS, "(ổ đĩa chỉ cho đọc)", "(the disk is read-only)"),
        (errno.EIO, "Không đọc hoặc không ghi được /noi/do (đĩa đọc hoặc ghi bị lỗi)", "(the disk fails)"),
        (errno.EDQUOT, "Hết chỗ trên ổ đĩa", "The disk became full"),
    ],
)
def test_setting_up_says_the_systems_reason_in_both_languages(number: int, vi: str, en: str) -> None:
    meet = (
        "import importlib.util, sys; spec = importlib.util.spec_from_file_location('setup', 'scripts/setup.py');"
        "setup = importlib.util.module_from_spec(spec); spec.loader.exec_module(setup)\n"
        f"def check(): raise OSError({number}, 'in English', '/noi/do')\n"
        "setup.check_python = check; sys.exit(setup.main())"
    )

    done = subprocess.run([sys.executable, "-c", meet], cwd=ROOT, capture_output=True, check=False)

    said = done.stderr.decode("utf-8")
    assert done.returncode == 1 and vi in said and en in said
    assert "in English" not in said and "Traceback" not in said


def test_the_kept_pip_is_whole() -> None:
    wheels = sorted((ROOT / "scripts").glob("pip-*.whl"))

    assert len(wheels) == 1
    with zipfile.ZipFile(wheels[0]) as wheel:
        assert wheel.testzip() is None


def test_vendored_files_are_the_ones_that_were_listed() -> None:
    vendor = ROOT / "caunoi/desk/static/vendor"
    listed = re.findall(
        r"^\| `([^`]+)` \| (\d+) \| \d+ \| `([0-9a-f]{64})` \|",
        (vendor / "VENDORED.md").read_text(encoding="utf-8"),
        re.M,
    )

    there = {str(path.relative_to(vendor)) for path in vendor.rglob("*") if path.is_file()} - {"VENDORED.md"}

    assert there == {name for name, _size, _digest in listed}
    for name, size, digest in listed:
        content = (vendor / name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (int(size), digest), name
