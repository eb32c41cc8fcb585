"""Starts the processes of an installation as copies of this one, which has loaded the portal and
has done nothing yet: it has neither a thread nor a connection. To load the portal costs more than
most of them do until a test ends them.

Each line of standard input is a process as JSON: its module, its arguments, and the files of its
standard input, its output and, where it has them alone, its errors. Each line of standard output is
the number of the process that began.
"""

import json
import os
import runpy
import signal
import sys

import django

django.setup()

import celery.apps.worker
import celery.bin.celery
import celery.concurrency.prefork  # noqa: F401

import cte_portal.batches.management.commands.dispatch
import cte_portal.urls  # noqa: F401
from cte_portal.checks import refuse_to_start

refuse_to_start()  # all apps give what they have for it, and the database is not asked
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever ends is gone at once
for line in sys.stdin:
    module, arguments, files = json.loads(line)
    if child := os.fork():
        os.setpgid(child, child)  # a test may end it with all of its own at once
        print(child, flush=True)
        continue
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, name in enumerate(files):
        os.dup2(os.open(name, os.O_APPEND | (os.O_WRONLY if number else os.O_RDONLY)), number)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    sys.exit()
