"""Sealed outcomes of leavers, which nothing is added to or changed in after the seal."""

import django.db.models.deletion
from django.db import migrations, models

from certification.triggers import OUTCOME_TRIGGERS
from cte_portal.triggers import RunStatements


class Migration(migrations.Migration):
    dependencies = [
        ("certification", "0008_one_district_of_a_year_that_is_over"),
    ]

    operations = [
        migrations.CreateModel(
            name="SealedOutcome",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("state_id", models.CharField(max_length=9, verbose_name="State ID")),
                ("local_id", models.CharField(blank=True, max_length=15, verbose_name="Local ID")),
                ("last_name", models.CharField(max_length=50)),
                ("first_name", models.CharField(max_length=50)),
                ("middle_name", models.CharField(blank=True, max_length=50)),
                ("birth_date", models.DateField()),
                (
                    "gender",
                    models.CharField(choices=[("F", "Female"), ("M", "Male")], max_length=1),
                ),
                ("school_number", models.CharField(max_length=4, verbose_name="School Number")),
                ("school_name", models.CharField(max_length=100)),
                (
                    "end_year",
                    models.PositiveSmallIntegerField(verbose_name="End year of the class"),
                ),
                (
                    "exit",
                    models.CharField(
                        choices=[("graduate", "Graduate"), ("dropout", "Dropout")],
                        max_length=8,
                        verbose_name="Left as",
                    ),
                ),
                ("exit_date", models.DateField(verbose_name="Left on")),
                ("end_status", models.CharField(max_length=3, verbose_name="End status")),
                ("pathways", models.TextField(verbose_name="CTE Pathways")),
                ("list_receipt", models.CharField(max_length=24, verbose_name="List drawn from")),
                (
                    "status",
                    models.CharField(blank=True, max_length=2, verbose_name="Post-program Status"),
                ),
                (
                    "status_name",
                    models.CharField(
                        blank=True, max_length=100, verbose_name="Meaning of the status"
                    ),
                ),
                ("is_answered", models.BooleanField(verbose_name="Counts as answered")),
                ("is_placed", models.BooleanField(verbose_name="Counts as placed")),
                ("date_contacted", models.DateField(null=True, verbose_name="Date Contacted")),
                (
                    "origin",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("attempt", "Contact"),
                            ("screen", "Screen"),
                            ("file", "Fall CTE file"),
                            ("proposal", "Accepted proposal"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "means",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("phone", "Phone call"),
                            ("text", "Text message"),
                            ("email", "E-mail"),
                            ("person", "In person"),
                            ("mail", "Letter"),
                            ("social", "Social media"),
                            ("adult", "Another adult"),
                        ],
                        max_length=6,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(verbose_name="Attempts")),
                ("required_attempts", models.BooleanField(verbose_name="Required attempts made")),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "copy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcomes",
                        to="certification.sealedcopy",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("copy", "state_id"), name="certification_an_outcome_is_sealed_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_placed", False), ("is_answered", True), _connector="OR"
                        ),
                        name="certification_sealed_outcome_placed_is_answered",
                    ),
                ],
            },
        ),
        RunStatements(OUTCOME_TRIGGERS.install, OUTCOME_TRIGGERS.remove),
    ]
