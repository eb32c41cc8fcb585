#!/usr/bin/env bash
# django-import-export 4.4.3 in bulk mode: what becomes of a State ID that a file names twice depends on how far apart its lines stand.
# Row by row the second line updates what the first made. With `use_bulk` both are *new* when they fall into one batch: two rows stand in the
# table, no error is said, and every later import of that State ID ends in an error, since its look-up finds two. With other lines between
# them, so that a batch ends there, the second updates the first as row by row. Only a unique constraint of the table prevents it.
# Exit code 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install -q django==5.2.19 django-import-export==4.4.3 2>/dev/null
cat >work.py <<'PYTHON'
import django
import tablib
from django.conf import settings
from django.core.management import call_command

settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "import_export"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
)
django.setup()
from django.db import connection, models
from import_export import resources


class Student(models.Model):
    state_id = models.CharField(max_length=9)
    grade = models.CharField(max_length=2)

    class Meta:
        app_label = "auth"


class OneByOne(resources.ModelResource):
    class Meta:
        model = Student
        import_id_fields = ["state_id"]
        fields = ["state_id", "grade"]


class Bulk(OneByOne):
    class Meta:
        use_bulk = True
        batch_size = 3


def load(label, resource, lines):
    data = tablib.Dataset(*lines, headers=["state_id", "grade"])
    result = resource().import_data(data)
    totals = {end: count for end, count in result.totals.items() if count}
    grades = list(Student.objects.filter(state_id="900000001").order_by("pk").values_list("grade", flat=True))
    print(f"{label}: {totals}, grades of the State ID: {grades}", flush=True)


call_command("migrate", verbosity=0)
with connection.schema_editor() as editor:
    editor.create_model(Student)
first, second = ("900000001", "11"), ("900000001", "12")
others = [("900000002", "10"), ("900000003", "10"), ("900000004", "10")]
load("one by one", OneByOne, [first, second])
Student.objects.all().delete()
load("bulk, a batch ends between", Bulk, [first, *others, second])
Student.objects.all().delete()
load("bulk, one batch", Bulk, [first, second])
load("again", Bulk, [second])
PYTHON
env/bin/python work.py | tee seen
diff seen - <<'SEEN' || { echo "It behaves otherwise now."; exit 1; }
one by one: {'new': 1, 'update': 1}, grades of the State ID: ['12']
bulk, a batch ends between: {'new': 4, 'update': 1}, grades of the State ID: ['12']
bulk, one batch: {'new': 2}, grades of the State ID: ['11', '12']
again: {'error': 1}, grades of the State ID: ['11', '12']
SEEN
