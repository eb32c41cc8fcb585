"""`manage.py test`: how many processes it takes, what it says at the end, and that its PostgreSQL
goes away with it.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connections

from development import lanes, times
from development.lanes import processes, surroundings
from tests import chromium
from tests.by_hand import services
from tests.fixtures.quick import migrated

ROOT = Path(settings.BASE_DIR)
ALL_CORES = ["-n", str((os.cpu_count() or 1) + 2), "--dist", "worksteal"]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["-q"],
        ["-m", "not browser"],
        ["tests/house"],
        ["tests/house/"],
        ["-x"],
        ["-q", "--ignore=tests/house", "--ignore=tests/house/test_lanes.py"],
        ["--deselect=tests/house/test_lanes.py::test_x"],
    ],
)
def test_the_suite_and_its_folders_take_all_cores(arguments: list[str]) -> None:
    assert processes(arguments) == ALL_CORES


@pytest.mark.parametrize(
    "arguments",
    [
        ["tests/house/test_gates.py"],
        ["tests/house/test_gates.py::test_x"],
        ["-k", "code"],
        ["-kcode"],
        ["--version"],
        ["--pdb"],
        ["-n", "1"],
        ["-n4"],
    ],
)
def test_a_file_a_test_or_an_own_number_is_left_as_it_is(arguments: list[str]) -> None:
    assert processes(arguments) == []


def test_what_the_tests_compile_is_kept_for_the_next_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in surroundings({})
    assert surroundings({"PORTAL_LANE": "postgresql"})["PORTAL_LANE"] == "postgresql"


def report(nodeid: str, seconds: float, *keywords: str, when: str = "call") -> pytest.TestReport:
    return pytest.TestReport(
        nodeid, (nodeid, 1, ""), dict.fromkeys(keywords, 1), "passed", None, when, duration=seconds
    )  # type: ignore[arg-type]


def test_the_last_line_says_how_long_the_lane_took_and_for_what() -> None:
    reports = [
        report("tests/browser/test_keys.py::test_a", 50, "browser"),
        report("tests/browser/test_keys.py::test_a", 20, "browser", when="setup"),
        report("tests/live/test_faults.py::test_b", 30),
        report("tests/house/test_log.py::test_c", 1),
        report("tests/house/test_log.py::test_d", 1),
    ]
    assert (
        times.sentence("SQLite", 61.5, 2, reports)
        == "Lane SQLite: 1:01 on 2 processes. Work of its tests: browser 1:10 (1 tests), live"
        " processes 0:30 (1 tests), all others 0:02 (2 tests)."
    )
    assert (
        times.sentence("PostgreSQL", 5, 1, [])
        == "Lane PostgreSQL: 0:05 on one process. Work of its tests: none."
    )


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("--coverage", "Coverage with branches: 91.0 %."),
        ("--coverage=a,b/c", "Coverage with branches of a and b/c: 91.0 %."),
    ],
)
def test_coverage_is_of_everything_or_of_the_folders_named(
    option: str,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    commands: list[list[str]] = []

    def finished(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0, "91.0\n", "")

    monkeypatch.setattr(lanes, "run", lambda command: finished(command).returncode)
    monkeypatch.setattr(subprocess, "run", finished)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(chromium, "prepare", lambda: None)
    assert lanes.main([option, "-q", "tests/house/test_lanes.py"]) == 0
    measured, _, report = commands
    assert measured[1:4] == ["-m", "coverage", "run"]
    assert measured[-2:] == ["-q", "tests/house/test_lanes.py"] and option not in measured
    folders = "--include=a/*,b/c/*" if "=" in option else ""
    assert report[-1] == (folders or "--format=total")
    assert capsys.readouterr().out.startswith(sentence)


def test_what_is_measured_is_there_and_not_run_again() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    paths = re.search(r"^measured=\(([^)]+)\)$", script, re.MULTILINE)
    assert paths and all((ROOT / path).exists() for path in paths[1].split())
    assert script.count('"${measured[@]}"') == 1 == script.count("${measured[@]/#/--ignore=}")


def test_a_missing_server_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "exists", lambda path: False)
    monkeypatch.setattr(Path, "glob", lambda path, pattern: iter(()))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    for name, package in {"initdb": "postgresql", "redis-server": "redis-server"}.items():
        with pytest.raises(
            services.Missing,
            match=rf"^{name} is not installed\. On Debian or Ubuntu: apt-get install {package}$",
        ):
            services.binary(name)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder for temporary files that another user may enter: as root, PostgreSQL runs as
    `postgres`.
    """
    folder = Path(tempfile.mkdtemp(dir=os.environ.get("TMPDIR", "/tmp")))  # noqa: S108
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("free", "chosen", "place"),
    [
        (lanes.ROOM + 1, {}, str(lanes.MEMORY)),
        (lanes.ROOM, {}, None),
        (10**12, {"TMPDIR": "x"}, None),
    ],
    ids=["room", "no room", "chosen"],
)
def test_a_cluster_lies_in_memory_where_that_has_room(
    free: int, chosen: dict[str, str], place: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", chosen)
    monkeypatch.setattr(Path, "is_dir", lambda path: True)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free))
    assert lanes.place() == place


def on_postgres(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "TMPDIR": str(folder),
    }
    command = [sys.executable, str(ROOT / "manage.py"), "test", "--postgres", *arguments]
    # What a shell runs in the background ignores an interrupt, and so would all that it starts.
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        return subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)


def servers(folder: Path) -> list[int]:
    """Processes that were started for this folder."""
    lines = subprocess.run(
        ["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return [int(line.split()[0]) for line in lines if f"{folder}/portal-test-" in line]


def long_run(folder: Path) -> subprocess.Popen[str]:
    """A run whose one test has begun and takes minutes."""
    test, begun = folder / "test_long.py", folder / "begun"
    test.write_text(
        f"import pathlib, time\n\ndef test_long():\n    pathlib.Path({str(begun)!r}).touch()\n   "
        " time.sleep(300)\n"
    )
    process = on_postgres(folder, str(test), "-q", "-p", "no:cacheprovider")
    deadline = time.monotonic() + 120
    while not begun.exists() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.1)
    assert begun.exists()
    return process


needs_postgresql = pytest.mark.skipif(
    shutil.which("initdb") is None and not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
    reason="PostgreSQL is not installed",
)


@pytest.mark.once
@needs_postgresql
def test_the_cluster_of_a_run_is_gone_when_it_ends(open_folder: Path) -> None:
    """The test asks the server which vendor it is; what it says passes through."""
    test = open_folder / "test_vendor.py"
    test.write_text(
        "import os\n\ndef test_vendor():\n    print(os.environ['PORTAL_LANE'],"
        " os.environ['DATABASE_URL'])\n"
    )
    process = on_postgres(open_folder, str(test), "-s", "-q", "-p", "no:cacheprovider")
    printed, _ = process.communicate(timeout=120)
    assert process.returncode == 0, printed
    assert (
        "postgresql postgres://postgres@127.0.0.1:" in printed and "Lane PostgreSQL: 0:" in printed
    )
    assert not servers(open_folder) and not list(open_folder.glob("portal-test-*"))


@pytest.mark.once
@needs_postgresql
@pytest.mark.parametrize("signal_sent", [signal.SIGINT, signal.SIGTERM])
def test_the_cluster_of_a_run_is_gone_when_it_is_stopped(
    signal_sent: signal.Signals, open_folder: Path
) -> None:
    process = long_run(open_folder)
    assert servers(open_folder)
    process.send_signal(signal_sent)
    printed, _ = process.communicate(timeout=60)
    assert process.returncode != 0 and "KeyboardInterrupt" in printed
    assert not servers(open_folder) and not list(open_folder.glob("portal-test-*"))


@pytest.mark.once
@needs_postgresql
@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells children that their parent was killed"
)
def test_no_server_outlives_a_run_that_is_killed(open_folder: Path) -> None:
    process = long_run(open_folder)
    process.kill()
    process.wait()
    deadline = time.monotonic() + 60
    while servers(open_folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not servers(open_folder)


@pytest.mark.skipif(migrated.POSTGRESQL, reason="PostgreSQL's databases go with its cluster")
def test_two_runs_in_one_clone_have_databases_and_files_of_their_own(db: None) -> None:
    """CI asks a part of the suite beside another one."""
    assert migrated.RUN in migrated.OF_RUN.name
    for alias in migrated.FILES:
        assert Path(connections[alias].settings_dict["NAME"]).parent == migrated.OF_RUN
    assert migrated.OF_RUN in Path(settings.MEDIA_ROOT).parents


def test_what_a_killed_run_has_left_goes_with_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    runs = [tmp_path / f"portal-test-run-{number}_a" for number in (killed.pid, os.getpid())]
    for run in runs:
        (run / "files").mkdir(parents=True)
    monkeypatch.setattr(migrated, "OF_RUN", runs[1])
    migrated.forget_killed_runs()
    assert list(tmp_path.iterdir()) == runs[1:]
