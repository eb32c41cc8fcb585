"""`manage.py check_all`: every gate of CI but the suite. All of them run, also when one fails; the
exit code says whether any did.

It asks the tools alone and imports neither Django nor the portal, so that code which does not even
load is named by each of them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Gate:
    name: str
    command: tuple[str, ...]
    cure: str = ""
    """The command that mends what the gate refuses, where there is one."""


def gates() -> list[Gate]:
    """The slowest first, as they run side by side."""
    manage = (sys.executable, "manage.py")
    return [
        Gate("types", tool("mypy")),
        Gate("templates", tool("djlint", "--lint", "--quiet", "templates")),
        Gate("layers", tool("lint-imports")),
        Gate(
            "migrations",
            (*manage, "makemigrations", "--check", "--dry-run"),
            "python3 manage.py makemigrations",
        ),
        Gate("docs/messages.md", (*manage, "messages", "--check"), "python3 manage.py messages"),
        Gate("docs/rules.md", (*manage, "rules", "--check"), "python3 manage.py rules"),
        Gate("docs/developers/pictures.md", (*manage, "draw", "--check"), "python3 manage.py draw"),
        Gate("lint", tool("ruff", "check", "."), ".venv/bin/ruff check --fix ."),
        Gate("format", tool("ruff", "format", "--check", "."), ".venv/bin/ruff format ."),
    ]


def tool(name: str, *arguments: str) -> tuple[str, ...]:
    return (str(Path(sys.prefix) / "bin" / name), *arguments)


@dataclass(frozen=True)
class Verdict:
    gate: Gate
    passed: bool
    output: str
    seconds: float


def ask(gate: Gate) -> Verdict:
    started = time.monotonic()
    try:
        answer = subprocess.run(gate.command, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError as reason:
        return Verdict(
            gate,
            False,
            f"{gate.command[0]} cannot be started: {reason.strerror}",
            time.monotonic() - started,
        )
    return Verdict(
        gate,
        answer.returncode == 0,
        (answer.stdout + answer.stderr).strip(),
        time.monotonic() - started,
    )


def report(verdict: Verdict) -> None:
    """A line for what passed; for what failed also everything that the tool said, and the cure."""
    print(
        f"{'passed' if verdict.passed else 'FAILED'}  {verdict.gate.name}"
        f" ({verdict.seconds:.0f} s)",
        flush=True,
    )
    if not verdict.passed:
        print("\n".join(f"    {line}" for line in verdict.output.splitlines()), flush=True)


def main(arguments: list[str]) -> int:
    argparse.ArgumentParser(
        prog="manage.py check_all", description="Run every gate of CI but the suite."
    ).parse_args(arguments)
    started = time.monotonic()
    verdicts = []
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as side_by_side:
        for verdict in side_by_side.map(ask, gates()):
            report(verdict)
            verdicts.append(verdict)
    failures = [verdict.gate for verdict in verdicts if not verdict.passed]
    for gate in failures:
        print(f"{gate.name} failed.{f' To mend it: {gate.cure}' if gate.cure else ''}")
    print(
        f"{len(verdicts) - len(failures)} of {len(verdicts)} gates passed in"
        f" {time.monotonic() - started:.0f} s."
    )
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
