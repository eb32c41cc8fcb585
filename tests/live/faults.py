"""Faults at a named step, asked for by a file: `<step> <what> [always | which time]`. Once by
default: the file is removed before it strikes.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db import IntegrityError
from django.db.backends.signals import connection_created

ASKED = Path(os.environ.get("FAULT_FILE", "/nonexistent"))


def reached(step: str) -> None:
    """Called at each named step; strikes when the file asks for this one."""
    try:
        where, what, *rest = ASKED.read_text().split()
    except (OSError, ValueError):
        return
    if where != step:
        return
    if what.startswith("kill") and rest and rest[0].isdigit() and int(rest[0]) > 1:
        ASKED.write_text(f"{where} {what} {int(rest[0]) - 1}")
        return
    if "always" not in rest:
        ASKED.unlink(missing_ok=True)
    if what == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "kill-all":
        os.kill(os.getppid(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "raise":
        raise RuntimeError("a fault was asked for")
    elif what == "refuse":
        raise IntegrityError("a refusal was asked for")
    elif what == "pause":  # so many seconds, or until the test takes the mark away
        mark, ends = ASKED.with_suffix(".paused"), time.monotonic() + float(rest[0])
        mark.touch()
        while mark.exists() and time.monotonic() < ends:
            time.sleep(0.05)


def between(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    text = " ".join(str(sql).split())
    if text.startswith("INSERT INTO pathways_change"):
        reached("before-the-ledger")
    answer = execute(sql, params, many, context)
    if text.startswith("UPDATE pathways_participation"):
        reached("after-the-update")
    if text.startswith("INSERT INTO pathways_participation"):
        reached("after-the-insert")
    return answer


def watch(sender: Any, connection: Any, **_: Any) -> None:
    if between not in connection.execute_wrappers:
        connection.execute_wrappers.append(between)


def after(module: Any, name: str, step: str) -> None:
    own = getattr(module, name)

    def wrapped(*arguments: Any, **values: Any) -> Any:
        answer = own(*arguments, **values)
        reached(step)
        return answer

    setattr(module, name, wrapped)


def each_type(resync: Any) -> None:
    """A step for each type of object that a resync has written: `sent-student`."""
    own = resync.write

    def wrapped(kind: Any, *arguments: Any) -> Any:
        answer = own(kind, *arguments)
        reached(f"sent-{kind.slug}")
        return answer

    resync.write = wrapped


class FaultsConfig(AppConfig):
    name = "tests.live"
    label = "live_faults"

    def ready(self) -> None:
        from cte_portal.batches import tasks  # noqa: PLC0415 - models are ready only now
        from cte_portal.batches.statewide import statewide  # noqa: PLC0415
        from pathways.files import reader  # noqa: PLC0415
        from pathways.resync import batches, resync  # noqa: PLC0415
        from pathways.roster import ledger as roster_ledger  # noqa: PLC0415
        from pathways.roster import staging as roster_staging  # noqa: PLC0415
        from pathways.roster.imports import batch as roster_batch  # noqa: PLC0415
        from pathways.roster.imports.results import report  # noqa: PLC0415
        from pathways.uploads import checking  # noqa: PLC0415

        connection_created.connect(watch)
        after(reader.Reader, "_row", "while-reading")
        after(checking, "stage_file", "after-staging")
        after(checking, "judge", "after-checking")
        after(tasks, "run", "after-the-commit")
        after(roster_batch, "read_parts", "roster-read")
        after(roster_staging, "stage", "roster-staged")
        after(roster_ledger, "plan", "roster-planned")
        after(roster_ledger, "apply", "roster-applied")
        after(report, "write", "roster-reported")
        each_type(resync)
        after(resync, "remove", "after-the-deletes")
        after(resync, "_say", "before-the-commits")
        after(batches, "resync", "between-the-commits")
        after(statewide, "run", "after-a-child")
