"""One command sets the portal up, serves it, and stops cleanly; production refuses to start half
configured.
"""

from __future__ import annotations

import ast
import gc
import json
import os
import re
import runpy
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.apps import apps as django_apps
from django.conf import settings

from cte_portal.settings import apps
from cte_portal.watch.supervise import MOST_STARTS, Child, Supervisor
from tests.fixtures.quick import migrated

ROOT = Path(settings.BASE_DIR)
PRODUCTION = {
    "PORTAL_MODE": "production",
    "SECRET_KEY": "k" * 25 + "0123456789abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "cte.example.org",
    "DATABASE_URL": "postgres://u:p@db.example.org/district",
    "STATE_DATABASE_URL": "postgres://u:p@db.example.org/state",
    "REDIS_URL": "redis://cache.example.org/0",
    "PORTAL_ADDRESS": "https://cte.example.org",
    "HELP_PHONE": "406-555-0142",
    "HELP_EMAIL": "help@example.org",
}


def bare(**values: str) -> dict[str, str]:
    """An environment with nothing of this process in it but the path."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **values}


def manage(*arguments: str, **values: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=bare(**values),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


Manage = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def manage_imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manage]:
    """As `manage`, by `tests/cte_portal/imported.py`."""
    folder = tmp_path_factory.mktemp("imported")
    output, errors = folder / "output", folder / "errors"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cte_portal.imported"],
        cwd=ROOT,
        env=bare(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout

    def run(*arguments: str, **values: str) -> subprocess.CompletedProcess[str]:
        assert process.stdin and process.stdout
        command = [arguments, bare(**values), str(output), str(errors)]
        process.stdin.write(json.dumps(command) + "\n")
        process.stdin.flush()
        code = int(process.stdout.readline())
        return subprocess.CompletedProcess(arguments, code, output.read_text(), errors.read_text())

    yield run
    process.stdin.close()
    process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_process_that_has_loaded_throws_away_again_what_nobody_needs() -> None:
    gc.disable()  # as the settings do
    try:
        django_apps.get_app_config("ui").ready()
        assert gc.isenabled()
    finally:
        gc.enable()


def test_manage_imports_the_standard_library_alone_until_the_environment_exists() -> None:
    tree = ast.parse((ROOT / "manage.py").read_text())
    imported = {
        alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names
    }
    imported |= {str(node.module) for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_processes_that_start_together_share_one_whole_secret_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads the file finds none of it or all of it, and the first to finish wins."""
    path = tmp_path / "secret_key"
    monkeypatch.setattr(apps, "VAR_DIR", tmp_path)

    def slowly(_length: int) -> str:
        assert not path.exists(), "a neighbor would read a key that is not written yet"
        path.write_text("the neighbor's key")
        return "an own key"

    monkeypatch.setattr("secrets.token_urlsafe", slowly)
    assert apps.demo_secret() == "the neighbor's key"
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]
    monkeypatch.undo()
    monkeypatch.setattr(apps, "VAR_DIR", tmp_path / "fresh")
    key = apps.demo_secret()
    assert len(key) > 50 and apps.demo_secret() == key
    assert stat.S_IMODE((tmp_path / "fresh" / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "beyond"),
    [
        ("requirements.txt", set()),
        ("requirements-s3.txt", {"django-storages"}),
        ("requirements-dev.txt", {"django-storages", "pytest"}),
    ],
)
def test_requirements_are_what_the_lock_says(name: str, beyond: set[str]) -> None:
    lock = {
        package["name"]: package.get("version")
        for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    }
    text = (ROOT / name).read_text()
    pinned = dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==([^\s;]+)", text, re.MULTILINE))
    assert "django" in pinned and set(pinned) & {"django-storages", "pytest"} == beyond
    assert {package: lock.get(package) for package in pinned} == pinned
    blocks = re.split(r"\n(?=[a-z0-9])", text[text.index("amqp") :])
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_sets_of_packages_hold_each_other() -> None:
    """A command of a portal with a bucket does not take its packages away, nor the test tools."""
    manage_module = runpy.run_path(str(ROOT / "manage.py"), run_name="manage")
    assert manage_module["holding"]("base") == ["base", "s3", "dev"]
    assert manage_module["holding"]("s3") == ["s3", "dev"]
    assert manage_module["OPTIONS"].keys() == manage_module["LOCKED"].keys()


def test_every_dependency_says_why() -> None:
    lines = (
        (ROOT / "pyproject.toml")
        .read_text()
        .partition("dependencies = [")[2]
        .partition("]\n")[0]
        .strip()
        .splitlines()
    )
    assert [line for line in lines if "#" not in line] == []


def test_w_09_the_deployment_check_connects_and_names_all_that_is_wrong(
    manage_imported: Manage,
) -> None:
    """What `tests/cte_portal/watch/test_configuration.py` tries one by one."""
    closed = "127.0.0.1:1"
    away = {
        "DATABASE_URL": f"postgres://u:p@{closed}/district",
        "STATE_DATABASE_URL": f"postgres://u:p@{closed}/state",
        "REDIS_URL": f"redis://{closed}/0",
        "EMAIL_URL": f"smtp://{closed}",
        "VAR_DIR": "/nowhere/at/all",
    }
    checked = manage_imported("check", "--deploy", **PRODUCTION | away)
    assert checked.returncode == 1
    assert "Set MFA_KEYS to a key" in checked.stderr
    assert re.findall(r"\((portal\.E\w+|security\.\w+)\)", checked.stderr) == [
        f"portal.E{number}" for number in (103, 111, 111, 120, 121, 130, 140, 141)
    ]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SECRET_KEY", "", "SECRET_KEY"),
        ("SECRET_KEY", "short", "SECRET_KEY"),
        ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS"),
        ("DATABASE_URL", "", "DATABASE_URL"),
        ("STATE_DATABASE_URL", "", "STATE_DATABASE_URL"),
        ("STATE_DATABASE_URL", PRODUCTION["DATABASE_URL"], "same database"),
        ("REDIS_URL", "", "REDIS_URL"),
        ("HELP_PHONE", "", "HELP_PHONE"),
        ("PORTAL_ADDRESS", "", "PORTAL_ADDRESS"),
        ("PORTAL_MODE", "staging", "PORTAL_MODE"),
        ("REQUIRE_MFA", "enabled", "REQUIRE_MFA is 'enabled'; set it to true or false"),
        ("REQUIRE_MFA", "'true'", "without quotation marks"),
        ("BEHIND_TLS_PROXY", "maybe", "BEHIND_TLS_PROXY is 'maybe'"),
        ("SESSION_IDLE_SECONDS", "abc", "SESSION_IDLE_SECONDS is 'abc'; set it to a number."),
        ("UPLOAD_MAX_MB", "0", "UPLOAD_MAX_MB is 0; it must be 1 or more."),
        ("EMAIL_URL", "nonsense", "EMAIL_URL"),
        ("STORAGE_URL", "https://s3.example.gov/files", "set it to s3://BUCKET"),
        ("STORAGE_URL", "s3://key:secret@cte-files", "Keys belong in AWS_ACCESS_KEY_ID"),
        ("STORAGE_ENDPOINT", "https://s3.example.gov", "STORAGE_URL is not"),
        ("STORAGE_ENDPOINT", "http://127.0.0.1:9000", "like https://s3.example.gov"),
    ],
)
def test_w_09_production_does_not_start_half_configured(
    name: str, value: str, says: str, manage_imported: Manage
) -> None:
    refused = manage_imported("check", **{**PRODUCTION, name: value})
    assert refused.returncode != 0
    assert says in refused.stderr


def test_a_forgotten_mode_does_not_run_real_data_as_practice(manage_imported: Manage) -> None:
    """L-22: without second factor, secure cookies and the checks of production."""
    forgotten = {name: value for name, value in PRODUCTION.items() if name != "PORTAL_MODE"}
    refused = manage_imported("check", **forgotten)
    assert (
        refused.returncode != 0
        and "PORTAL_MODE is not set, and DATABASE_URL names a database" in refused.stderr
    )
    assert manage_imported("check", **forgotten, PORTAL_MODE="demo").returncode == 0


def test_s_12_practice_data_are_refused_in_production(manage_imported: Manage) -> None:
    refused = manage_imported("demo", **PRODUCTION)
    assert refused.returncode != 0
    assert "practice" in refused.stderr.lower() or "demo" in refused.stderr.lower()


def test_w_10_no_secrets_lie_in_the_repository() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    secret = re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE"
        r" KEY|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{36}|(?i:secret_key\s*=\s*[\"'][^\"']{20,})"
    )
    problems = [
        name
        for name in tracked
        if (ROOT / name).suffix not in {".png", ".svg"}
        and (ROOT / name).is_file()
        and name != "tests/cte_portal/test_set_up.py"
        and secret.search((ROOT / name).read_text(errors="replace"))
    ]
    assert problems == []


class Served(NamedTuple):
    """A portal that `up` serves: all that it prints goes to `terminal`."""

    process: subprocess.Popen[bytes]
    port: int
    var: Path
    terminal: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`manage.py up --no-demo` on an empty `var/` of its own, answering. The last test stops it."""
    var, port = tmp_path_factory.mktemp("var"), free_port()
    terminal = tmp_path_factory.mktemp("terminal") / "printed"
    command = [sys.executable, str(ROOT / "manage.py"), "up", "--no-demo", "--port", str(port)]
    with terminal.open("wb") as screen:
        process = subprocess.Popen(
            command, env=bare(VAR_DIR=str(var)), stdout=screen, stderr=subprocess.STDOUT
        )
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{port}/accounts/sign-in/", timeout=5
            ) as page:
                assert b"Sign in" in page.read()
                break
        except OSError:
            time.sleep(0.2)
    yield Served(process, port, var, terminal)
    process.kill()
    process.wait()


def test_a_second_up_names_the_first_ones_address(served: Served, manage_imported: Manage) -> None:
    refused = manage_imported("up", "--port", str(free_port()), VAR_DIR=str(served.var))
    assert refused.returncode != 0
    assert f"http://127.0.0.1:{served.port}/" in refused.stderr


def test_up_on_a_taken_port_says_so(
    served: Served, tmp_path: Path, manage_imported: Manage
) -> None:
    refused = manage_imported("up", "--port", str(served.port), VAR_DIR=str(tmp_path))
    assert refused.returncode != 0
    assert "--port" in refused.stderr


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are read from /proc")
def test_up_starts_a_killed_process_again_and_keeps_what_it_writes_to_itself(
    served: Served,
) -> None:
    """L-19: a killed dispatcher or worker does not end the web. L-18: nobody else on the machine
    reads students.
    """
    deadline = time.monotonic() + 300
    while "The CTE Portal is at" not in served.terminal.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    before = children(served.process.pid)
    assert len(before) == 4
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 300
    while set(children(served.process.pid)) & set(before) and time.monotonic() < deadline:
        time.sleep(0.1)  # a killed server's own children may answer for a moment
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{served.port}/health/ready", timeout=5
            ) as answer:
                standing = json.load(answer)
                assert standing["ready"] and standing["missing"] == []
                break
        except OSError:
            time.sleep(0.2)
    after = children(served.process.pid)
    assert len(after) == 4 and not set(after) & set(before)
    modes = {path.stat().st_mode & 0o777 for path in served.var.rglob("*") if path.is_dir()}
    assert modes == {0o700} and served.var.stat().st_mode & 0o777 == 0o700
    open_to_others = [
        path for path in served.var.rglob("*") if path.is_file() and path.stat().st_mode & 0o077
    ]
    assert open_to_others == []
    assert served.terminal.read_text().count("stopped and is being restarted") == 4


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are read from /proc")
def test_term_stops_up_and_its_children(served: Served) -> None:
    assert children(served.process.pid)
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(120) == 0
    with pytest.raises(OSError, match=r"refused|reset"):
        urllib.request.urlopen(f"http://127.0.0.1:{served.port}/", timeout=2)


def test_up_gives_up_on_a_process_that_ends_again_and_again() -> None:
    """L-19: with a bound."""
    lines: list[str] = []
    quick, steady = (
        Child(name, [sys.executable, "-c", code])
        for name, code in (("web", "pass"), ("worker", "import time; time.sleep(60)"))
    )
    with Supervisor([quick, steady], say=lines.append) as supervisor:
        assert supervisor.wait() == "web"
        assert supervisor.running["worker"].poll() is None
    assert len(lines) == MOST_STARTS - 1


@pytest.mark.parametrize("signal_sent", [signal.SIGTERM, signal.SIGINT])
def test_up_stops_cleanly_while_it_is_still_setting_up(
    signal_sent: signal.Signals, tmp_path: Path
) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), "up", "--port", str(free_port())]
    process = subprocess.Popen(
        command,
        env=bare(VAR_DIR=str(tmp_path)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    process.stderr.readline()
    process.send_signal(signal_sent)
    _, output = process.communicate(timeout=120)
    assert process.returncode == 0
    assert output.splitlines()[-1] == "Stopped."


def test_up_says_what_to_do_when_practice_data_were_loaded_in_part(
    tmp_path: Path, django_db_setup: None, manage_imported: Manage
) -> None:
    """That it helps is tried in `tests/pathways/test_demo_again.py`."""
    migrated.lay(tmp_path)
    with sqlite3.connect(tmp_path / "district.sqlite3") as district:
        district.execute("PRAGMA ignore_check_constraints = ON")  # Django brings their functions
        district.execute("INSERT INTO pathways_district (number, name) VALUES ('9012', 'Bend')")
    refused = manage_imported("up", "--port", str(free_port()), VAR_DIR=str(tmp_path))
    assert refused.returncode != 0
    assert "demo --reset" in refused.stderr


def test_commands_speak_json_alone_on_stdout(tmp_path: Path, django_db_setup: None) -> None:
    """Set-up talk goes to stderr, so that a script can read stdout."""
    if not (ROOT / "pathways/management/commands/demo.py").exists():
        pytest.skip("no demo command yet")
    environment = {"VAR_DIR": str(tmp_path)}
    migrated.lay(tmp_path)
    finished = manage("demo", "--json", "--districts", "1", "--students", "12", **environment)
    assert finished.returncode == 0, finished.stderr
    assert {"districts", "people"} <= set(json.loads(finished.stdout))
