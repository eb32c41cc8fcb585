#!/usr/bin/env python3
"""The portal's one command. Makes its own environment first, from nothing but Python 3.11 or newer: `python3 manage.py up`.

Until the environment exists, this file imports the standard library alone.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "portal-stamp"
REQUIREMENTS = {"run": ROOT / "requirements.txt", "dev": ROOT / "requirements-dev.txt"}


def say(sentence: str) -> None:
    """Set-up talk goes to stderr: stdout belongs to the command."""
    print(sentence, file=sys.stderr, flush=True)


def main() -> None:
    if sys.version_info < (3, 11):
        sys.exit(f"The CTE Portal needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    arguments = sys.argv[1:]
    testing = arguments[:1] == ["test"]
    needed = "dev" if testing or os.environ.get("PORTAL_DEV") else "run"
    make_environment(needed)
    if Path(sys.prefix).resolve() != VENV.resolve():
        os.execv(PYTHON, [str(PYTHON), str(ROOT / "manage.py"), *arguments])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cte_portal.settings")
    if testing:
        os.chdir(ROOT)
        os.execv(PYTHON, [str(PYTHON), "-m", "pytest", *arguments[1:]])
    django()


def make_environment(needed: str) -> None:
    """Bring `.venv` to the locked versions, once: a stamp says which lock and which set it holds. Two starts at once wait for each other."""
    lock = hashlib.sha256(b"".join(path.read_bytes() for path in (ROOT / "uv.lock", *REQUIREMENTS.values()))).hexdigest()
    if stands(lock, needed):
        return
    with open(ROOT / ".venv.lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if stands(lock, needed):
            return
        say(f"Setting up the environment in {VENV} (once, about half a minute) …")
        STAMP.unlink(missing_ok=True)
        if uv := working_uv():
            with_uv(uv, needed)
        else:
            with_pip(needed)
        STAMP.write_text(f"{lock} {needed}")


def stands(lock: str, needed: str) -> bool:
    with contextlib.suppress(OSError):
        held, _, kind = STAMP.read_text().partition(" ")
        return held == lock and kind in (needed, "dev") and PYTHON.exists()
    return False


def working_uv() -> str | None:
    """uv, when it is there and answers: a shim on the path may stand for an interpreter that is gone."""
    path = shutil.which("uv")
    if path and subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0:
        return path
    return None


def clean() -> dict[str, str]:
    """The environment without somebody else's virtual environment."""
    return {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH")}


def with_uv(uv: str, needed: str) -> None:
    environment = {**clean(), "UV_PROJECT_ENVIRONMENT": str(VENV), "UV_PYTHON_DOWNLOADS": "never", "UV_PYTHON": base_python()}
    command = [uv, "sync", "--frozen", "--quiet", *(["--no-dev", "--inexact"] if needed == "run" else [])]
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
        sys.exit("uv could not set up the environment; its message stands above.")


def with_pip(needed: str) -> None:
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        sys.exit("Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv")
    steps = [
        [base_python(), "-m", "venv", "--clear", str(VENV)],
        [
            str(PYTHON),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(REQUIREMENTS[needed]),
        ],
    ]
    for step in steps:
        if subprocess.run(step, cwd=ROOT, env=clean(), check=False).returncode:
            sys.exit("The environment could not be set up; the message stands above. Is a package index within reach?")


def base_python() -> str:
    """The interpreter behind this one: never the one inside the environment that is being made."""
    return getattr(sys, "_base_executable", None) or sys.executable


def django() -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
