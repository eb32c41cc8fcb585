#!/usr/bin/env python3
"""The portal's one entrance: `python3 manage.py up`, `python3 manage.py test`, or any other
command.

Needs nothing but Python 3.11. It makes the environment in `.venv` when that is missing or out of
date, starts itself again in it, and hands over: `test` and `check_all` to `development/`,
everything else to Django. Until then it uses the standard library alone.
"""

import sys

if sys.version_info < (3, 11):  # before anything that an older Python could stumble over
    sys.exit(
        "CTE Portal needs Python 3.11 or newer; this is Python %d.%d (%s)."  # noqa: UP031
        % (*sys.version_info[:2], sys.executable)
    )

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import time
import tomllib
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "portal-environment"  # what the environment was made from: "<set> <digest>"
LOCKED = {
    "base": "requirements.txt",
    "s3": "requirements-s3.txt",
    "dev": "requirements-dev.txt",
}  # each holds those before it too
SETS = list(LOCKED)
WHEELS = ROOT / "wheels"
"""Where a server without an index has the packages (docs/deploy.md); nothing else is asked then."""
OPTIONS = {"base": ["--no-dev"], "s3": ["--no-dev", "--extra", "s3"], "dev": []}  # of `uv sync`
DEVELOPING = {
    "test": "development.lanes",
    "check_all": "development.gates",
}  # commands that need the dev set


class CannotPrepare(Exception):
    """The environment cannot be made; the message is the sentence that people read."""


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def digest() -> str:
    """What the environment must be made from."""
    return hashlib.sha256(
        b"\0".join((ROOT / name).read_bytes() for name in ("uv.lock", *LOCKED.values()))
    ).hexdigest()


def installed() -> str:
    """The set that is in `.venv` and current: `base`, `dev`, or nothing."""
    try:
        name, made_from = STAMP.read_text().split()
    except (OSError, ValueError):
        return ""
    return name if made_from == digest() and PYTHON.exists() else ""


def holding(wanted: str) -> list[str]:
    """The sets that hold the wanted one."""
    return SETS[SETS.index(wanted) :]


def prepare(wanted: str) -> None:
    """Make `.venv` hold the wanted set. Costs a hash when it does; waits for whoever is already
    making it.
    """
    if installed() in holding(wanted):
        return
    with open(ROOT / ".venv.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if installed() in holding(wanted):
            return
        before = STAMP.read_text().partition(" ")[0] if STAMP.exists() else ""
        if before in holding(wanted):
            wanted = before  # what an environment that only grew old had beside it is kept
        started = time.monotonic()
        what = {
            "base": "packages",
            "s3": "packages, those of a bucket too,",
            "dev": "packages and test tools",
        }[wanted]
        uv = None if WHEELS.is_dir() else working_uv()
        say(
            f"Installing {what} into .venv with {'uv' if uv else 'pip'} (once; about half a minute) ..."
        )
        STAMP.unlink(missing_ok=True)
        if not (uv and install_with_uv(uv, wanted)):
            install_with_pip(wanted)
        STAMP.write_text(f"{wanted} {digest()}\n")
        say(f"Installed in {time.monotonic() - started:.0f} s.")


def outside() -> dict[str, str]:
    """The environment variables for the installers: an active environment of someone else's is
    neither used nor touched.
    """
    foreign = {
        "VIRTUAL_ENV",
        "PYTHONHOME",
        "PYTHONPATH",
        "UV_PYTHON",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_USER",
        "PIP_REQUIRE_VIRTUALENV",
    }
    return {name: value for name, value in os.environ.items() if name not in foreign}


def working_uv() -> str | None:
    """uv's path when it answers; a version manager's shim may lie on the path and lead nowhere."""
    path = shutil.which("uv")
    if path is None:
        return None
    try:
        answer = subprocess.run(
            [path, "--version"],
            capture_output=True,
            text=True,
            timeout=30,
            env=outside(),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return path if answer.returncode == 0 and answer.stdout.startswith("uv ") else None


def own_python() -> str:
    """The interpreter that the environment is made from: never the environment's own, which may be
    cleared.
    """
    return getattr(sys, "_base_executable", None) or sys.executable


def install_with_uv(uv: str, wanted: str) -> bool:
    command = [
        uv,
        "sync",
        "--frozen",
        "--quiet",
        "--project",
        str(ROOT),
        "--no-python-downloads",
        "--python",
        own_python(),
    ]
    env = outside() | {"UV_PROJECT_ENVIRONMENT": str(VENV)}
    done = subprocess.run(
        [*command, *OPTIONS[wanted]],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        say(f"uv could not do it ({last_line(done.stderr)}); trying pip ...")
    return not done.returncode


def install_with_pip(wanted: str) -> None:
    if not (PYTHON.exists() and run([str(PYTHON), "-m", "pip", "--version"]).returncode == 0):
        missing = CannotPrepare(
            f"Python's venv is missing ({own_python()}). On Debian or Ubuntu: apt-get install python3-venv"
        )
        if (
            importlib.util.find_spec("venv") is None
            or importlib.util.find_spec("ensurepip") is None
        ):
            raise missing
        made = run([own_python(), "-m", "venv", "--clear", str(VENV)])
        if made.returncode:
            raise (
                missing
                if "ensurepip" in made.stdout + made.stderr
                else CannotPrepare(f"venv failed: {last_line(made.stderr)}")
            )
    requirements = str(ROOT / LOCKED[wanted])
    source = ["--no-index", "--find-links", str(WHEELS)] if WHEELS.is_dir() else []
    done = run(
        [
            str(PYTHON),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-input",
            "--require-hashes",
            "--no-deps",
            *source,
            "-r",
            requirements,
        ]
    )
    if done.returncode:
        where = f" from {WHEELS}" if source else ""
        raise CannotPrepare(
            f"pip could not install {requirements}{where}: {last_line(done.stderr)}"
        )


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=outside(), capture_output=True, text=True, check=False)


def last_line(text: str) -> str:
    return next(
        (line.strip() for line in reversed(text.splitlines()) if line.strip()), "no reason given"
    )


def in_environment() -> bool:
    return os.path.exists(VENV) and os.path.samefile(sys.prefix, VENV)


def refuse(sentence: str) -> NoReturn:
    """End with the sentence, for people and, where that was asked for, for programs."""
    if "--json" in sys.argv:
        print(json.dumps({"status": "refused", "reason": sentence}), flush=True)
    sys.exit(sentence)


def main() -> None:
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        print(
            f"CTE Portal {tomllib.loads((ROOT / 'pyproject.toml').read_text())['project']['version']}"
        )
        return
    developing = DEVELOPING.get(arguments[0]) if arguments else None
    try:
        prepare("dev" if developing else "s3" if os.environ.get("STORAGE_URL") else "base")
    except CannotPrepare as reason:
        refuse(f"{reason}")
    except KeyboardInterrupt:
        sys.exit("Stopped; the next start finishes the installation.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cte_portal.settings")
    if developing:
        os.chdir(ROOT)
        os.execv(PYTHON, [str(PYTHON), "-m", developing, *arguments[1:]])
    if not in_environment():
        os.execv(PYTHON, [str(PYTHON), str(ROOT / "manage.py"), *arguments])

    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError, execute_from_command_line
    from django.db import DatabaseError

    from cte_portal.ui.command import check_databases

    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)
    except DatabaseError:  # of Django's own commands: the portal's ask before they begin
        try:
            check_databases()
        except CommandError as reason:
            refuse(f"{reason}")
        raise
    except ImproperlyConfigured as reason:
        refuse(f"{reason}")


if __name__ == "__main__":
    main()
