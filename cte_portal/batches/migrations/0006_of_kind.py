from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("batches", "0005_refused")]

    operations = [
        migrations.AddIndex("batch", models.Index(fields=["district", "kind", "-queued_at"], name="batches_of_kind")),
    ]
