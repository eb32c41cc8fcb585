"""A pytest plugin: at the end the suite says how long its lane took, and what of it is the
browser's and the live processes'.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterable

import pytest
from django.conf import settings

STARTED = time.monotonic()


def kind(report: pytest.TestReport) -> str:
    if "browser" in report.keywords:
        return "browser"
    return "live processes" if report.nodeid.startswith("tests/live/") else "all others"


def clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def sentence(
    lane: str, seconds: float, processes: int, reports: Iterable[pytest.TestReport]
) -> str:
    """The tests' own time is more than the lane's where several processes share it."""
    work: defaultdict[str, float] = defaultdict(float)
    tests: defaultdict[str, set[str]] = defaultdict(set)
    for report in reports:
        work[kind(report)] += report.duration
        tests[kind(report)].add(report.nodeid)
    parts = [
        f"{name} {clock(duration)} ({len(tests[name]):,} tests)"
        for name, duration in sorted(work.items(), key=lambda part: -part[1])
    ]
    together = "one process" if processes == 1 else f"{processes} processes"
    return (
        f"Lane {lane}: {clock(seconds)} on {together}. Work of its tests:"
        f" {', '.join(parts) or 'none'}."
    )


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    reports = [
        report
        for category in terminalreporter.stats.values()
        for report in category
        if isinstance(report, pytest.TestReport)
    ]
    nodes = getattr(config.option, "tx", None) or ["here"]
    lane = (
        "PostgreSQL" if "postgresql" in str(settings.DATABASES["default"]["ENGINE"]) else "SQLite"
    )
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        terminalreporter.write_line(sentence(lane, time.monotonic() - STARTED, len(nodes), reports))
