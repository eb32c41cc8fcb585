"""What the dispatcher looks at for all the others, as each look may take seconds: the mail server,
the broker, and the bucket of files. After each look it asks how the portal stands, and tells OPI
when that turns.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from smtplib import SMTPException

from celery import current_app
from django.core.mail import get_connection

from cte_portal.watch.looks import store
from cte_portal.watch.models import Checkup, Heartbeat
from cte_portal.watch.turn import Turn

log = logging.getLogger("cte_portal.watch")

EVERY = 20  # seconds
BROKER_SECONDS, MAIL_SECONDS = 2, 5


def mail_answers() -> str:
    """Empty when the mail server takes a connection, else the sentence."""
    try:
        with get_connection(timeout=MAIL_SECONDS):
            return ""
    except (OSError, SMTPException) as error:
        log.warning("the mail server does not answer: %s", type(error).__name__)
        return "Does not answer. E-mails wait in the portal and are sent when it is back."


def broker_answers() -> str:
    try:
        with current_app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
            return ""
    except Exception as error:  # noqa: BLE001 - whatever the broker has, it does not answer
        log.warning("the broker does not answer: %s", type(error).__name__)
        return "Does not answer. Jobs wait; none is lost."


def bucket_answers() -> str:
    """Of the files' folder each process sees the disk by itself."""
    trouble = store.answers() if store.bucket() else ""
    return f"{trouble} Uploads and downloads wait." if trouble else ""


def looks() -> dict[str, Callable[[], str]]:
    always: dict[str, Callable[[], str]] = {"mail": mail_answers, "broker": broker_answers}
    return {**always, "store": bucket_answers} if store.bucket() else always


class Rounds:
    """One dispatcher's looks, now and then."""

    def __init__(self) -> None:
        self.looked = float("-inf")
        self.turn = Turn()

    def __call__(self) -> None:
        if time.monotonic() - self.looked < EVERY:
            return
        self.looked = time.monotonic()
        for name, look in looks().items():
            sentence = look()
            Checkup.objects.note(name, good=not sentence, sentence=sentence or "Answers.")
        Heartbeat.objects.forget_old()
        self.turn.look()
