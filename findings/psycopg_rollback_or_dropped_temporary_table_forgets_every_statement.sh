#!/usr/bin/env bash
# psycopg 3.3.9: when a connection sees a ROLLBACK, a ROLLBACK TO SAVEPOINT or a DROP, it lets go of every statement that it has prepared there, and of
# how often it has met the others, whatever was rolled back or dropped: a transaction that only read, a temporary table that no statement names.
# PostgreSQL itself keeps them all. The manual's page on prepared statements names the threshold and the most that are kept, and nothing of
# this. So a web request that stages rows in a temporary table and drops it, or that ends with a rollback, plans the next six executions of each
# statement anew. A DROP within DO goes unseen. Needs PostgreSQL's server programs (Debian 12: postgresql-15). Exit code 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
programs=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
as_owner=()
if [ "$(id -u)" = 0 ]; then # the server refuses to be run by root
  chown postgres "$folder"
  as_owner=(runuser -u postgres --)
fi
stop() {
  "${as_owner[@]}" "$programs/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT
cd "$folder"
"${as_owner[@]}" "$programs/initdb" -D "$folder/data" -U postgres -A trust >/dev/null
"${as_owner[@]}" "$programs/pg_ctl" -D "$folder/data" -l "$folder/log" -w start \
  -o "-c listen_addresses='' -c unix_socket_directories=$folder" >/dev/null
python3 -m venv env
env/bin/pip install -q psycopg==3.3.9 psycopg-binary==3.3.9 2>/dev/null
cat >statements.py <<'PYTHON'
import sys

import psycopg

link = psycopg.connect(host=sys.argv[1], user="postgres", dbname="postgres", autocommit=True)
QUESTION = "SELECT relname FROM pg_class WHERE oid = %s"


def prepared():
    return link.execute("SELECT count(*) FROM pg_prepared_statements", prepare=False).fetchone()[0]


def asked_until_prepared():
    times = 0
    while not prepared():
        link.execute(QUESTION, [1259])
        times += 1
    return times


def read_and_rolled_back():
    with link.transaction(force_rollback=True):
        link.execute("SELECT 1", prepare=False)


def rolled_back_to_a_savepoint():
    with link.transaction(), link.transaction(force_rollback=True):
        link.execute("SELECT 1", prepare=False)


def committed():
    with link.transaction():
        link.execute("SELECT 1", prepare=False)


def table_made():
    link.execute("CREATE TEMPORARY TABLE scratch (number integer)", prepare=False)


def table_dropped():
    link.execute("DROP TABLE scratch", prepare=False)


def table_dropped_within_do():
    link.execute("DO $$ BEGIN DROP TABLE scratch; END $$", prepare=False)


print("psycopg", psycopg.__version__, "on PostgreSQL", link.info.server_version)
seen = {}
for act in (committed, table_made, table_dropped_within_do, table_made, table_dropped,
            read_and_rolled_back, rolled_back_to_a_savepoint):
    again = asked_until_prepared()
    act()
    seen[act.__name__] = prepared()
    print(f"prepared after {again} executions; {act.__name__}: {seen[act.__name__]} left")
keeps = {"committed", "table_made", "table_dropped_within_do"}
raise SystemExit(0 if all(left == (name in keeps) for name, left in seen.items()) else 1)
PYTHON
env/bin/python statements.py "$folder" || { echo "It behaves otherwise now."; exit 1; }
