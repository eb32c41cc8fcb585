#!/usr/bin/env bash
# SQLite 3.54.1: a temporary table is the dearest place for scratch rows. To make one or to drop it expires every prepared statement of the
# connection, though none names it: each is compiled anew at its next run, and a cache of statements (Python's sqlite3 has one) saves nothing
# where a request makes a table. If its making is rolled back, be it to a savepoint, the connection forgets the schema of its main file too, and
# reads all of it again. The same table in an attached `:memory:` database expires nothing, made or dropped; only its rollback costs as much.
# A temporary table that stays and is emptied costs nothing either. The authorizer counts what is compiled: SQLite asks it at no other time.
# Exit code 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install -q apsw==3.54.1.0 2>/dev/null
cat >statements.py <<'PYTHON'
import apsw

link = apsw.Connection("data.db")
for number in range(200):
    link.execute(f"CREATE TABLE t{number} (id INTEGER PRIMARY KEY, name TEXT, grade TEXT)")
QUESTIONS = [f"SELECT name FROM t{number} WHERE id = 1" for number in range(5)]
actions = []


def authorizer(action, *names):
    actions.append(action)
    return apsw.SQLITE_OK


def compiled():
    actions.clear()
    for question in QUESTIONS:
        link.execute(question).fetchall()
    return actions.count(apsw.SQLITE_SELECT)


def schema():
    return link.status(apsw.SQLITE_DBSTATUS_SCHEMA_USED)[0]


link.authorizer = authorizer
print(f"SQLite {apsw.sqlite_lib_version()}: {compiled()} compiled, then {compiled()}", flush=True)
for act in (
    "CREATE TEMP TABLE scratch (name)",
    "CREATE TEMP TABLE IF NOT EXISTS scratch (name)",
    "INSERT INTO scratch VALUES ('a'); DELETE FROM scratch",
    "BEGIN; INSERT INTO scratch VALUES ('a'); ROLLBACK",
    "DROP TABLE scratch",
    "BEGIN; CREATE TEMP TABLE scratch (name); ROLLBACK",
    "BEGIN; SAVEPOINT s; CREATE TEMP TABLE scratch (name); ROLLBACK TO s; COMMIT",
    "ATTACH ':memory:' AS beside",
    "CREATE TABLE beside.scratch (name)",
    "DROP TABLE beside.scratch",
    "BEGIN; CREATE TABLE beside.scratch (name); ROLLBACK",
):
    link.execute(act)
    forgotten = "" if schema() else ", the schema forgotten"
    print(f"{act}: {compiled()} compiled, then {compiled()}{forgotten}", flush=True)
    assert schema()
PYTHON
env/bin/python statements.py | tee seen
diff seen - <<'SEEN' || { echo "It behaves otherwise now."; exit 1; }
SQLite 3.54.1: 5 compiled, then 0
CREATE TEMP TABLE scratch (name): 5 compiled, then 0
CREATE TEMP TABLE IF NOT EXISTS scratch (name): 0 compiled, then 0
INSERT INTO scratch VALUES ('a'); DELETE FROM scratch: 0 compiled, then 0
BEGIN; INSERT INTO scratch VALUES ('a'); ROLLBACK: 0 compiled, then 0
DROP TABLE scratch: 5 compiled, then 0
BEGIN; CREATE TEMP TABLE scratch (name); ROLLBACK: 5 compiled, then 0, the schema forgotten
BEGIN; SAVEPOINT s; CREATE TEMP TABLE scratch (name); ROLLBACK TO s; COMMIT: 5 compiled, then 0, the schema forgotten
ATTACH ':memory:' AS beside: 0 compiled, then 0
CREATE TABLE beside.scratch (name): 0 compiled, then 0
DROP TABLE beside.scratch: 0 compiled, then 0
BEGIN; CREATE TABLE beside.scratch (name); ROLLBACK: 5 compiled, then 0, the schema forgotten
SEEN
