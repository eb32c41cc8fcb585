"""How the portal is watched: what works, what does not, and who is told."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.utils.module_loading import import_string

CONFIGURATION = "cte_portal.watch.configuration.fits"


def configuration(**options: Any) -> list[checks.CheckMessage]:
    """Of `check --deploy`; it reads models, so it is loaded when it is asked for."""
    messages: list[checks.CheckMessage] = import_string(CONFIGURATION)(**options)
    return messages


class WatchConfig(AppConfig):
    name = "cte_portal.watch"
    label = "watch"

    def ready(self) -> None:
        checks.register(configuration, "portal", deploy=True)
