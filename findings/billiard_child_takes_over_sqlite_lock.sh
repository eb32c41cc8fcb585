#!/usr/bin/env bash
# billiard 4.3.2 (the pool of Celery's workers) and SQLite in WAL mode: a process that is forked while a thread of its parent writes can never
# write itself. It opens a connection of its own, and is told `database is locked` long after the parent's write has ended, while the parent
# and everybody else write. SQLite warns of connections carried over a fork; none is carried here: the library's own record of which
# locks the process holds is copied. Celery forks a worker anew whenever one of its processes dies, so no thread of a worker's main process
# may write to SQLite. Exit code 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install -q billiard==4.3.2 2>/dev/null
cat >work.py <<'PYTHON'
import sqlite3
import threading
import time

import billiard

billiard.set_start_method("fork", force=True)
writing, ended = threading.Event(), threading.Event()


def connect():
    return sqlite3.connect("data.db", isolation_level=None, timeout=0.2)


def heartbeat():
    link = connect()
    link.execute("BEGIN IMMEDIATE")
    link.execute("INSERT INTO rows VALUES ('heartbeat')")
    writing.set()
    ended.wait(20)
    link.execute("COMMIT")
    link.close()


def job(name, seconds):
    time.sleep(seconds)
    for _ in range(3):
        try:
            connect().execute("INSERT INTO rows VALUES ('job')")
            print(name, "wrote", flush=True)
        except sqlite3.OperationalError as error:
            print(name, "was told:", error, flush=True)
        time.sleep(0.5)


first = connect()
first.execute("PRAGMA journal_mode=WAL")
first.execute("CREATE TABLE rows (name)")
first.close()
print("SQLite", sqlite3.sqlite_version, "billiard", billiard.__version__, flush=True)
thread = threading.Thread(target=heartbeat)
thread.start()
writing.wait(20)
during = billiard.Process(target=job, args=["forked during the write", 2])
during.start()
ended.set()
thread.join()
job("parent after its write", 0)
during.join(30)
after = billiard.Process(target=job, args=["forked after the write", 0])
after.start()
after.join(30)
PYTHON
timeout -k 5 60 env/bin/python work.py | tee seen
[ "$(grep -c 'during the write was told: database is locked' seen) $(grep -c 'parent after its write wrote' seen) $(grep -c 'forked after the write wrote' seen)" = "3 3 3" ] ||
  { echo "It behaves otherwise now."; exit 1; }
