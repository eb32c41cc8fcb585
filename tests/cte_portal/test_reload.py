"""`up --reload`: what a developer changes is there at once, and what goes wrong is told whole;
production refuses it.
"""

from __future__ import annotations

import logging
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from cte_portal.logs import PrivateFormatter
from cte_portal.ui.templatetags.portal import threes, us_date
from cte_portal.watch.supervise import Child, Sources, Supervisor
from tests.cte_portal.test_set_up import PRODUCTION, bare, free_port, manage
from tests.fixtures.quick import migrated

ROOT = Path(settings.BASE_DIR)


def test_production_refuses_it() -> None:
    refused = manage("up", "--reload", **PRODUCTION)
    assert refused.returncode != 0 and "--reload is for developers" in refused.stderr
    refused = manage("check", **PRODUCTION, PORTAL_RELOAD="1")
    assert refused.returncode != 0 and "PORTAL_RELOAD" in refused.stderr


def wait(ready: Callable[[], bool], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_change_starts_all_processes_again_and_an_end_waits_for_one(tmp_path: Path) -> None:
    source, started = tmp_path / "a.py", tmp_path / "started"
    source.write_text("")
    steady, quick = (
        Child(
            name,
            [
                sys.executable,
                "-c",
                f"import time; open({str(started)!r}, 'a').write({name!r}); time.sleep({seconds})",
            ],
        )
        for name, seconds in (("S", 60), ("Q", 0))
    )
    lines: list[str] = []
    with Supervisor([steady, quick], say=lines.append, sources=Sources([tmp_path])) as supervisor:
        wait(lambda: bool(supervisor.revive() or lines))
        assert (
            lines == ["The Q process stopped. It starts again when a file changes."]
            and started.read_text().count("Q") == 1
        )
        before = supervisor.running["S"].pid
        source.write_text("changed = True")
        wait(lambda: bool(supervisor.revive() or started.read_text().count("Q") == 2))
        assert lines[1] == "a.py changed: starting again …"
        assert supervisor.running["S"].pid != before


def line_of(error: Exception) -> str:
    return PrivateFormatter().format(
        logging.LogRecord(
            "django.request",
            logging.ERROR,
            "x.py",
            1,
            "at %s",
            ("/a/path",),
            (type(error), error, None),
        )
    )


def test_the_log_tells_all_to_a_developer_alone(settings: object) -> None:
    assert "/a/path" not in line_of(
        ValueError("what was typed")
    ) and "what was typed" not in line_of(ValueError("what was typed"))
    settings.RELOAD = True  # type: ignore[attr-defined]
    assert "at /a/path" in line_of(
        ValueError("what was typed")
    ) and "ValueError: what was typed" in line_of(ValueError("what was typed"))


def test_a_developer_sees_a_changed_template_of_a_date_or_a_state_id(
    tmp_path: Path, settings: Any
) -> None:
    settings.RELOAD = True
    settings.TEMPLATES = [
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [tmp_path]}
    ]
    settings.TEMPLATES[0]["OPTIONS"] = {"loaders": ["django.template.loaders.filesystem.Loader"]}
    (tmp_path / "ui").mkdir()
    for change in ("first", "second"):
        (tmp_path / "ui/time.html").write_text(f"{change} {{{{ text }}}}")
        (tmp_path / "ui/threes.html").write_text(
            change + "{% for part in parts %}-{{ part }}{% endfor %}"
        )
        assert us_date(date(2025, 5, 7)) == f"{change} 05/07/2025"
        assert threes("123456789") == f"{change}-123-456-789"


def copy(name: str, folder: Path) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(ROOT / name, folder / name)


@pytest.fixture
def workplace(tmp_path: Path, django_db_setup: None) -> Iterator[Path]:
    """A copy of the portal that a test may change."""
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for name in names:
        if not name.startswith(("tests/", "docs/", "findings/")) and (ROOT / name).is_file():
            copy(name, tmp_path)
            # Five processes would compile all of it at once; a date and a size say that it holds.
            compiled = cache_from_source(name)
            if name.endswith(".py") and (ROOT / compiled).is_file():
                copy(compiled, tmp_path)
    (tmp_path / ".venv").symlink_to(Path(sys.prefix))
    (tmp_path / "var").mkdir(mode=0o700)
    migrated.lay(tmp_path / "var")
    yield tmp_path


@pytest.mark.long
@pytest.mark.once
def test_what_a_developer_changes_is_there_and_what_fails_is_told_with_place_and_message(
    workplace: Path,
) -> None:
    port = free_port()
    terminal = workplace / "terminal"
    with terminal.open("w") as screen:
        command = [
            sys.executable,
            str(workplace / "manage.py"),
            "up",
            "--reload",
            "--no-demo",
            "--port",
            str(port),
        ]
        process = subprocess.Popen(
            command, env=bare(), stdout=screen, stderr=subprocess.STDOUT, cwd=workplace
        )

    def page(query: str = "") -> str:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{port}/accounts/sign-in/{query}", timeout=10
            ) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return f"status {error.code}"
        except OSError:
            return ""

    try:
        wait(lambda: "a change of code starts all processes again" in terminal.read_text())
        template, code = workplace / "templates/base.html", workplace / "cte_portal/ui/context.py"
        before, working = template.read_text(), code.read_text()

        template.write_text(before.replace("</main>", "Seen at once</main>"))
        assert "Seen at once" in page()
        template.write_text(before.replace("</main>", "{% no_such_tag %}</main>"))
        assert page() == "status 500"
        assert (
            "base.html, line" in terminal.read_text()
            and "Invalid block tag" in terminal.read_text()
        )
        template.write_text(before)

        code.write_text(working + "\n\nthis is no Python\n")
        wait(lambda: "SyntaxError: invalid syntax" in terminal.read_text())
        assert "ui/context.py" in terminal.read_text()
        # All processes that had ended start again, and what fails then is one page.
        code.write_text(
            working.replace(
                "def portal(request: HttpRequest) -> dict[str, Frame]:\n",
                "def portal(request: HttpRequest) -> dict[str, Frame]:\n"
                "    if 'fail' in request.GET:\n"
                "        raise LookupError('a word of mine')\n",
            )
        )
        wait(lambda: "Sign in" in page())
        assert page("?fail") == "status 500"
        assert "LookupError: a word of mine" in terminal.read_text()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
