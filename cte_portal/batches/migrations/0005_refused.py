from django.db import migrations, models

CHOICES = [
    ("queued", "Queued"),
    ("processing", "Processing"),
    ("completed", "Completed"),
    ("with-errors", "Completed with errors"),
    ("refused", "Refused"),
    ("failed", "Failed"),
    ("canceled", "Canceled"),
]
KNOWN = ["queued", "processing", "completed", "with-errors", "refused", "failed", "canceled"]


def call_refused(apps, editor):
    """Files that were turned away were called *Completed with errors* before."""
    if editor.connection.alias == "default":
        apps.get_model("batches", "Batch").objects.filter(status="with-errors", result__has_key="refused").update(status="refused")


def call_with_errors(apps, editor):
    if editor.connection.alias == "default":
        apps.get_model("batches", "Batch").objects.filter(status="refused").update(status="with-errors")


class Migration(migrations.Migration):
    dependencies = [("batches", "0004_clean_up")]

    operations = [
        migrations.AlterField("batch", "status", models.CharField(max_length=12, choices=CHOICES, default="queued")),
        migrations.RemoveConstraint("batch", "batches_status_is_known"),
        migrations.RunPython(migrations.RunPython.noop, call_with_errors),
        migrations.AddConstraint(
            "batch", models.CheckConstraint(condition=models.Q(status__in=KNOWN), name="batches_status_is_known")
        ),
        migrations.RunPython(call_refused, migrations.RunPython.noop),
    ]
