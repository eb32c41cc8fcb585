#!/usr/bin/env bash
# django-tables2 3.0.1: a cell whose row lacks the column's attribute (rows of different kinds in one table, where the column's default is
# shown) makes the library write out the whole row, twice a cell, into the text of an error that it catches itself. Rows that are model
# instances are spared by a rule of the library; dataclasses, named tuples and own classes are not, and what a long __repr__ or one that
# queries costs is paid for each empty cell. A cell that has a value asks for no text. Exit code 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install -q Django==5.2.19 django-tables2==3.0.1 2>/dev/null
cat >cells.py <<'PYTHON'
import django
from django.conf import settings

settings.configure(INSTALLED_APPS=["django_tables2"], USE_I18N=False)
django.setup()
import django_tables2 as tables


class Record:
    written = 0

    def __init__(self, teacher):
        if teacher:
            self.teacher = teacher

    def __repr__(self):
        Record.written += 1
        return "Record"


class Teacher:
    name = "R. Doe"


class Sections(tables.Table):
    teacher = tables.Column(accessor="teacher__name", default="No teacher")


def written(teacher):
    Record.written = 0
    table = Sections([Record(teacher) for _ in range(100)])
    cells = {row.get_cell("teacher") for row in table.rows}
    print(*cells, "in 100 cells: records written out", Record.written, "times")
    return Record.written


print("django-tables2", tables.__version__)
known, missing = written(Teacher()), written(None)
raise SystemExit(0 if known == 0 and missing >= 100 else 1)
PYTHON
env/bin/python cells.py
