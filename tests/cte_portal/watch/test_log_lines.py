"""H-1: the formatter of every process's log; tests/live/test_log.py looks at what the processes
print.
"""

from __future__ import annotations

import json
import logging
import re
import signal
import sys
import time
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from cte_portal.logs import PrivateFormatter, SaidByTheErrorPage, _unraisable


def line(name: str, message: Any, *values: Any, error: bool = False, **more: Any) -> str:
    record = logging.getLogger(name).makeRecord(
        name, 30, "place.py", 7, message, values, sys.exc_info() if error else None, "here", more
    )
    return PrivateFormatter().format(record)


@pytest.mark.parametrize(
    "name",
    [
        "django.request",
        "django.security.csrf",
        "gunicorn.error",
        "celery.worker",
        "kombu",
        "allauth",
        "psycopg",
        "asyncio",
        "x",
    ],
)
def test_a_librarys_line_keeps_its_text_and_place_and_drops_every_value(name: str) -> None:
    """H-1"""
    written = line(
        name,
        "Forbidden (%s): %-20s, process %d",
        "no cookie",
        "/accounts/invitation/zzmarker/",
        4711,
    )
    assert written.endswith(f"WARNING {name} Forbidden (…): …, process 4711 at place.here:7")
    assert line(name, "Invalid request: zzmarker").endswith(f"{name} at place.here:7"), (
        "put together before: nobody knows what is in it"
    )
    assert "zzmarker" not in line(name, "%(exc)s in %(id)s", {"exc": "zzmarker", "id": "999777555"})
    assert "999777555" not in line(name, "%s", 999777555), "a State ID"
    assert line(name, 7).endswith("at place.here:7") and "100 %" in line(
        name, "%d %% of %s", 100, "zzmarker"
    )


def test_each_line_says_its_time_with_the_zone_and_the_version() -> None:
    """A-1: lines of several machines are put in order, and say which version wrote them."""
    assert re.match(
        rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}-0[67]:00 {settings.PORTAL_VERSION} WARNING x ",
        line("x", "a"),
    )


def test_a_line_of_json_holds_all_and_no_more(settings: Any) -> None:
    """A-1: one line an event, with the places of an exception and without its message."""
    settings.LOG_FORMAT = "json"
    value = "zz" + "marker"
    try:
        raise ValueError(value)
    except ValueError:
        written = line("django.request", "Forbidden (%s)", value, error=True)
    assert "\n" not in written and value not in written
    event = json.loads(written)
    assert set(event) == {"time", "version", "level", "logger", "message", "error", "places"}
    assert event["version"] == settings.PORTAL_VERSION and event["level"] == "WARNING"
    assert event["error"] == "ValueError" and "test_log_lines.py" in event["places"]
    assert event["message"].startswith("Forbidden (…) at place.here:7")


def test_the_portals_own_line_is_printed_as_it_is_written() -> None:
    """H-1"""
    assert line("cte_portal.batches", "claimed batch=%s", "b-1").endswith(
        "cte_portal.batches claimed batch=b-1"
    )


def test_an_exception_is_its_type_and_place_and_what_it_came_of() -> None:
    """H-1"""
    try:
        try:
            raise ValueError("Failing row contains zzmarker")
        except ValueError as cause:
            raise KeyError("zzmarker") from cause
    except KeyError:
        written = line("cte_portal.errors", "reference=%s", "7K3Q", error=True)
    assert "zzmarker" not in written.replace(
        'ValueError("Failing row contains zzmarker")', ""
    ).replace('KeyError("zzmarker")', "")
    assert (
        written.index("error=KeyError")
        < written.index("test_log_lines.py")
        < written.index("which came of")
        < written.index("  ValueError")
    )


def test_the_database_is_named_by_code_and_a_missing_setting_by_its_sentence() -> None:
    """H-1"""
    for error, word in (
        (psycopg.errors.CheckViolation("zzrow"), "CheckViolation code=23514"),
        (ImproperlyConfigured("Set X."), "Set X."),
    ):
        try:
            raise error
        except Exception:  # noqa: BLE001 - what is raised is the test's
            written = line("django.request", "x", error=True)
        assert word in written and "zzrow" not in written


def test_what_the_error_page_logs_is_not_said_a_second_time_by_django() -> None:
    """H-1: 1,308 tracebacks of refused requests stood in one log."""
    record = logging.getLogger("django.security.DisallowedHost").makeRecord(
        "django.security.DisallowedHost", 40, "p", 1, "x", (), None
    )
    assert SaidByTheErrorPage().filter(record)
    record.status_code = 400
    assert not SaidByTheErrorPage().filter(record)


def test_no_logger_is_without_the_one_handler() -> None:
    """H-1: a logger without any handler falls back to Python's last resort, which prints
    everything.
    """
    assert settings.LOGGING_CONFIG == "cte_portal.logs.configure"
    assert isinstance(logging.lastResort and logging.lastResort.formatter, PrivateFormatter)
    for name, logger in logging.root.manager.loggerDict.items():
        if isinstance(logger, logging.Logger) and not logger.propagate:
            assert all(
                isinstance(handler.formatter, PrivateFormatter)
                or isinstance(handler, logging.NullHandler)
                for handler in logger.handlers
            ), name


def test_a_stop_that_comes_while_an_object_is_taken_apart_comes_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """`up` had gone on until somebody asked it to stop once more."""

    class Stopping:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(sys, "unraisablehook", _unraisable)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        stopping = Stopping()
        del stopping
        with pytest.raises(KeyboardInterrupt):
            time.sleep(60)
    finally:
        signal.signal(signal.SIGINT, before)
    assert not caplog.records
