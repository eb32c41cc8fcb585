"""The log of every process: one formatter for the portal's own lines and for those of every
library.

A library puts into its messages what it happens to hold: a path with a one-time link, the row that
a constraint refused, a header. So of a library's line only the fixed text is printed, of an
exception only its type and where it happened. The portal's own lines are printed as they are
written: they name accounts, districts and batches by number.

Only `up --reload`, which production refuses, prints everything: a developer needs the message, and
there are practice data alone.
"""

from __future__ import annotations

import datetime
import json
import logging
import logging.config
import re
import signal
import sys
import threading
import traceback
import warnings
from types import TracebackType
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from celery.app.log import Logging
from django.conf import settings as portal
from django.core.exceptions import ImproperlyConfigured

OWN = ("cte_portal", "pathways", "certification")
SHORT_NUMBER = 7  # digits: a process id or a status; a State ID has nine
CONVERSION = re.compile(r"%(?:\(\w+\))?[#0\- +]*[\d*]*(?:\.[\d*]+)?[hlL]?([diouxXeEfFgGcrsa%])")
LEFT_OUT = "…"
A_MOMENT = 0.1  # seconds, in which an object is taken apart

log = logging.getLogger("cte_portal.process")


class PrivateFormatter(logging.Formatter):
    """One line with time and version, then the places of an exception: never its message, never a
    value that a library was given. Where LOG_FORMAT is json, all of it is one line.
    """

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage() if is_own(record.name) or tells_all() else fixed_text(record)
        moment = datetime.datetime.fromtimestamp(record.created, ZoneInfo(portal.TIME_ZONE))
        parts = {
            "time": moment.isoformat(timespec="milliseconds"),
            "version": portal.PORTAL_VERSION,
            "level": record.levelname,
            "logger": record.name,
            "message": message,
        }
        error = record.exc_info[1] if record.exc_info else None
        if error:
            parts |= {"error": name_of(error), "places": places(error)}
        if portal.LOG_FORMAT == "json":
            return json.dumps(parts)
        line = " ".join(parts[name] for name in ("time", "version", "level", "logger", "message"))
        return f"{line} error={parts['error']}\n{parts['places']}" if error else line


class SaidByTheErrorPage(logging.Filter):
    """Drops what Django says of a refused or failed request: cte_portal.ui.errors says it in one
    line, with the person's reference.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        return not (
            record.name.startswith(("django.request", "django.security"))
            and hasattr(record, "status_code")
        )


def tells_all() -> bool:
    return bool(portal.configured and portal.RELOAD)


def is_own(name: str) -> bool:
    return name.split(".", 1)[0] in OWN


def fixed_text(record: logging.LogRecord) -> str:
    """A library's text without what was put into it, and where it was said. Text that was put
    together before is left out whole.
    """
    place = f"at {record.module}.{record.funcName}:{record.lineno}"
    if not record.args or not isinstance(record.msg, str):
        return place
    values = iter(record.args if isinstance(record.args, tuple) else ())

    def shown(conversion: re.Match[str]) -> str:
        if conversion[1] == "%":
            return "%"
        value = next(values, None)
        return (
            str(value) if type(value) is int and len(str(abs(value))) <= SHORT_NUMBER else LEFT_OUT
        )

    text = " ".join(CONVERSION.sub(shown, record.msg).split())
    return f"{text} {place}"


def places(error: BaseException) -> str:
    """Where an exception came from, and what it came of, by types alone."""
    if tells_all():
        return whole(error)
    texts: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(texts) < 5:
        texts.append("".join(traceback.format_tb(cause.__traceback__)) + f"  {name_of(cause)}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "\n  which came of\n".join(texts)


def whole(error: BaseException) -> str:
    """With every message, and the line of the template that was being rendered."""
    template = getattr(error, "template_debug", None)
    where = (
        f"  in the template {template['name']}, line {template['line']}: {template['message']}"
        if template
        else ""
    )
    return "".join(traceback.format_exception(error)) + where


def name_of(error: BaseException) -> str:
    """Its type; what a setting lacks, which is written for the operator; and of a database's
    refusal the code and the constraint's name.
    """
    name = type(error).__name__
    if isinstance(error, ImproperlyConfigured):
        return f"{name}: {error}"
    code, diagnosis = getattr(error, "sqlstate", None), getattr(error, "diag", None)
    constraint = getattr(diagnosis, "constraint_name", None)
    return " ".join(
        part
        for part in (name, code and f"code={code}", constraint and f"constraint={constraint}")
        if part
    )


def configure(settings: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG: also for what is printed where no logger has a handler, no exception
    a catcher, no warning a reader.
    """
    logging.config.dictConfig(settings)
    logging.lastResort = _console()
    logging.raiseExceptions = (
        False  # a log line that cannot be written would print its values instead
    )
    logging.captureWarnings(False)
    warnings.showwarning = _warned
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def _console() -> logging.Handler:
    handler = logging.StreamHandler()
    handler.setFormatter(PrivateFormatter())
    handler.addFilter(SaidByTheErrorPage())
    return handler


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    log.warning("warning=%s at %s:%s", category.__name__, filename, lineno)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        log.critical("the process ends", exc_info=(kind, error, trace))


def _uncaught_in_thread(details: threading.ExceptHookArgs) -> None:
    if details.exc_value is not None and not issubclass(details.exc_type, SystemExit):
        log.error("a thread ends", exc_info=details.exc_value)


def _unraisable(details: Any) -> None:
    """Ctrl-C, and what a command hears as Ctrl-C, may come while an object is taken apart, where it
    would be lost: it comes again a moment later.
    """
    if isinstance(details.exc_value, KeyboardInterrupt):
        here = threading.main_thread().ident
        again = threading.Timer(A_MOMENT, signal.pthread_kill, [here, signal.SIGINT])
        again.daemon = True  # who is at its end anyway does not wait for it
        again.start()
    elif details.exc_value is not None:
        log.error("an error where none can be raised", exc_info=details.exc_value)


class WorkerLogging(Logging):
    """Celery's set-up of logs, which leaves all loggers to `configure`."""

    def setup(self, *_: Any, **__: Any) -> bool:
        return True

    def setup_logging_subsystem(self, *_: Any, **__: Any) -> bool:
        return True
