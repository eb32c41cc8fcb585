"""What a connection must keep, and what the portal says of one that does not (issue 14, item 0)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.db import connection, connections

from cte_portal import connection as connecting
from cte_portal.connection import SESSION, UnfitConnection
from tests.by_hand.services import PgBouncer, PostgreSQL
from tests.live.conftest import POSTGRESQL, free_port

pytestmark = [
    pytest.mark.skipif(not POSTGRESQL, reason="SQLite's connections are the portal's own"),
    pytest.mark.django_db(databases=["default", "state"]),
]


@pytest.fixture(params=["session", "transaction", "statement"])
def pooled(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Any]:
    """A connection to the District edition through PgBouncer in one of its modes."""
    if not (shutil.which("pgbouncer") or Path("/usr/sbin/pgbouncer").exists()):
        pytest.skip("PgBouncer is not installed (Debian: apt-get install pgbouncer)")
    folder = tmp_path_factory.mktemp("pooler")
    for parent in (folder, *folder.parents[:3]):
        if parent != Path("/tmp"):  # noqa: S108
            parent.chmod(0o755)
    cluster = cast("PostgreSQL", SimpleNamespace(port=connections["default"].settings_dict["PORT"]))
    pooler = PgBouncer(folder, free_port(), cluster, request.param, 10)
    pooler.start()
    through = connections["default"].copy()
    through.settings_dict = {**through.settings_dict, "HOST": "127.0.0.1", "PORT": pooler.port}
    monkeypatch.setattr(connecting, "_fit", set())
    try:
        yield through, request.param
    finally:
        through.close()
        pooler.stop()


def test_a_pooler_by_session_is_taken_and_any_other_is_refused_with_its_cure(pooled: Any) -> None:
    through, mode = pooled
    if mode == "session":
        with through.cursor() as cursor:
            cursor.execute("SELECT current_setting('jit'), current_setting('statement_timeout')")
            assert cursor.fetchone() == (
                "off",
                "10s",
            ), "without start options, which a pooler drops or refuses"
        return
    with pytest.raises(
        UnfitConnection,
        match=r"^DATABASE_URL leads to a pooler .* pool_mode = session for this database",
    ):
        through.ensure_connection()
    assert through.connection is None


@pytest.mark.parametrize("alias", ["default", "state"])
def test_every_connection_has_the_session_settings(alias: str) -> None:
    used = connections[alias]
    with used.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(['current_setting(%s)'] * len(SESSION))}", list(SESSION))
        assert cursor.fetchone() == tuple(SESSION.values())
    assert "options" not in used.get_connection_params()


def test_a_connection_that_loses_its_settings_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "SESSION", {**SESSION, "work_mem": "123MB"})
    with pytest.raises(
        UnfitConnection,
        match=r"DATABASE_URL: the connection does not keep session settings .*work_mem",
    ):
        connecting.look(connections["default"])


def test_a_role_that_may_make_no_temporary_tables_is_told_what_it_lacks() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE portal_test_untrusted; SET ROLE portal_test_untrusted")
        name = connection.settings_dict["NAME"]
        cursor.execute(
            f'RESET ROLE; REVOKE ALL ON DATABASE "{name}" FROM PUBLIC; SET ROLE'
            " portal_test_untrusted"
        )
    with pytest.raises(UnfitConnection, match="GRANT TEMPORARY ON DATABASE"):
        connecting.look(connections["default"])


def test_a_database_out_of_reach_does_not_keep_the_portal_from_starting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unreachable = connections["state"].copy()
    unreachable.settings_dict = {
        **unreachable.settings_dict,
        "HOST": "127.0.0.1",
        "PORT": free_port(),
    }
    monkeypatch.setattr(connecting, "connections", {"default": unreachable, "state": unreachable})
    connecting.look_at_all()
