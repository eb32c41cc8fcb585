import django.db.models.deletion
from django.db import migrations, models

from cte_portal.triggers import RunStatements

# The unique constraints of both tables serve what these indexes served.
NEEDLESS = (
    ("pathways_student_district_id_4c001e57", "pathways_student (district_id)"),
    ("pathways_student_district_id_4c001e57_like", None),
    ("pathways_enrollment_calendar_id_31d7ffe8", "pathways_enrollment (calendar_id)"),
    ("pathways_enrollment_student_id_5c76283f", "pathways_enrollment (student_id)"),
)


def own_key(related_name, to):
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to=to,
    )


def drop(apps, schema_editor):
    for name, _ in NEEDLESS:
        schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


def bring_back(apps, schema_editor):
    for name, columns in NEEDLESS:
        if columns:
            schema_editor.execute(f"CREATE INDEX {name} ON {columns}")


class Migration(migrations.Migration):
    """SQLite would make the tables anew for the altered keys, and cannot: triggers read them."""

    dependencies = [
        ("pathways", "0028_answer_links"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "enrollment", "calendar", own_key("enrollments", "pathways.calendar")
                ),
                migrations.AlterField(
                    "enrollment", "student", own_key("enrollments", "pathways.student")
                ),
                migrations.AlterField(
                    "student", "district", own_key("students", "pathways.district")
                ),
            ],
            database_operations=[
                RunStatements(drop, bring_back, hints={"lives_in": "BOTH"}),
            ],
        ),
        migrations.AddIndex(
            model_name="enrollment",
            index=models.Index(fields=["calendar", "id"], name="pathways_enrollment_newest"),
        ),
        migrations.AddIndex(
            model_name="student",
            index=models.Index(fields=["district", "id"], name="pathways_student_newest"),
        ),
    ]
