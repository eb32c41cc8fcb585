"""The list of screens beside every page: `{% load screens %}`."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from cte_portal.ui.navigation import MOST_PAGES, Entry, Group
from cte_portal.ui.patterns import kept_patterns

register = template.Library()


@register.filter
def screen_groups(groups: tuple[Group, ...]) -> SafeString:
    """The list of screens. It is drawn once for whoever sees the same, on the same page."""
    return (_drawn_groups if settings.RELOAD else _kept_groups)(groups)


def _drawn_groups(groups: tuple[Group, ...]) -> SafeString:
    return render_to_string("ui/screen_groups.html", {"groups": groups})


_kept_groups = lru_cache(maxsize=MOST_PAGES)(_drawn_groups)


@register.filter
def screen_link(entry: Entry) -> SafeString:
    """A screen's line in the list of screens."""
    return kept_patterns().fill(
        "ui/screen_link.html",
        {"url": entry.url, "name": entry.name, "open": f"{entry.open:,}"},
        current=entry.current,
        key=entry.key,
        is_open=bool(entry.open),
        step=entry.step,
    )
