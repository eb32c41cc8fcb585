#!/usr/bin/env bash
# Django 5.2.19 on SQLite: a table with a GeneratedField whose expression is a function of three arguments (here Substr) is made, filled and
# read as it should be, and yet `inspectdb` leaves it out ("Unable to inspect table", "list index out of range"). Its introspection looks for
# collations by cutting the table's SQL at every ", ", within the function too, and a piece of one character has no name. Exit code 1 when
# that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install -q Django==5.2.19 sqlparse==0.5.5 2>/dev/null
cat >introspect.py <<'PYTHON'
import io

import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "data.db"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()
from django.core.management import call_command
from django.db import connection, models
from django.db.models.functions import Substr, Upper


def table(name, expression):
    fields = {
        "__module__": "records",
        "Meta": type("Meta", (), {"app_label": "records"}),
        "code": models.CharField(max_length=9),
        "part": models.GeneratedField(
            expression=expression, output_field=models.CharField(max_length=9), db_persist=True
        ),
    }
    model = type(name, (models.Model,), fields)
    with connection.schema_editor() as editor:
        editor.create_model(model)
    record = model.objects.create(code="48.0508")
    record.refresh_from_db()
    output = io.StringIO()
    call_command("inspectdb", model._meta.db_table, stdout=output)
    text = output.getvalue()
    print(name, repr(record.part), "read;", "inspected" if "class" in text else text.split("# The error was: ")[1].strip())
    return "Unable to inspect" in text


print("Django", django.__version__)
whole = table("Whole", Upper("code"))
start = table("Start", Substr("code", 1, 2))
raise SystemExit(0 if (whole, start) == (False, True) else 1)
PYTHON
env/bin/python introspect.py
