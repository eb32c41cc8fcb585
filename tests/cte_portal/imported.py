"""`manage.py` in processes of their own that find imported what it imports before it reads the
settings: those imports take ten times as long as to read settings that are wrong and to refuse.

Each line of standard input is a command as JSON: arguments, environment, and the files in which its
output and its errors go. Each line of standard output is the code with which it ended.
"""

import gc
import json
import os
import runpy
import sys
from pathlib import Path

import django.core.management  # noqa: F401 - as above

import cte_portal.ui.command  # noqa: F401 - as above

gc.freeze()  # at its end a process would look through all of it
for line in sys.stdin:
    arguments, environment, output, errors = json.loads(line)
    if child := os.fork():
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    for number, name in ((1, output), (2, errors)):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [str(Path(__file__).resolve().parents[2] / "manage.py"), *arguments]
    runpy.run_path(sys.argv[0], run_name="__main__")
    sys.exit()
