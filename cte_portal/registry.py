"""What a lower layer shows of a higher one, found by dotted path in settings.

Imports point one way: certification → pathways → accounts → editions / ui. A navigation entry or a home-page task of a higher layer
is therefore named in settings as text and loaded here, once, when it is first asked for.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


@cache
def _load(paths: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(import_string(path) for path in paths)


def registered(setting: str) -> tuple[Any, ...]:
    """The objects that settings name under `setting`: one dotted path, or a list of them, in order."""
    value = getattr(settings, setting)
    return _load((value,) if isinstance(value, str) else tuple(value))
