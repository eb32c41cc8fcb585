"""The identity provider of the tests of single sign-on: npm's oidc-provider."""

from __future__ import annotations

from pathlib import Path

from tests import npm

FOLDER = Path(__file__).parent


def prepare() -> None:
    """Have its packages in their place; where they cannot be had, npm.Unavailable is raised."""
    npm.install(FOLDER, "the identity provider of the tests")
