"""An address that a form brought: it leads to a page of the portal, or it is none."""

from __future__ import annotations

from django.utils.http import url_has_allowed_host_and_scheme


def own_address(text: str) -> str:
    """The address when it is a path of the portal, else nothing. Any other text would be looked up
    as the name of a page.
    """
    return (
        text
        if text.startswith("/")
        and text.isprintable()
        and url_has_allowed_host_and_scheme(text, allowed_hosts=None)
        else ""
    )
