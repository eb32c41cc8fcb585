"""A portal with a real identity provider."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cte_portal.accounts.sign_in.sign_on import provider as network
from tests.provider.running import CLIENT_ID, SECRET, Provider, running

PORTAL = "http://testserver"


@pytest.fixture(scope="session")
def one_provider() -> Iterator[Provider]:
    with running(PORTAL) as provider:
        yield provider


@pytest.fixture
def provider(one_provider: Provider, settings: Any, db: None) -> Iterator[Provider]:
    one_provider.as_new()
    settings.OIDC_ISSUER = one_provider.issuer
    settings.OIDC_CLIENT_ID, settings.OIDC_SECRET = CLIENT_ID, SECRET
    settings.PORTAL_ADDRESS = PORTAL
    network.forget()
    yield one_provider
    one_provider.as_new()
    network.forget()
