import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0001_initial"),
        ("reports", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="reportrun",
            name="key",
            field=models.CharField(max_length=32, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="reportrun", name="state", field=models.CharField(default="draft", max_length=10)
        ),
        migrations.AddField(model_name="reportrun", name="current_number", field=models.IntegerField(default=1)),
        migrations.AddField(model_name="reportrun", name="submitted_by_id", field=models.BigIntegerField(null=True)),
        migrations.AddField(
            model_name="reportrun",
            name="issue_number",
            field=models.CharField(blank=True, default="", help_text="number and symbol: 12/BC-UBND", max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(model_name="reportrun", name="issued_on", field=models.DateField(null=True)),
        migrations.AddField(
            model_name="reportrun",
            name="issued_place",
            field=models.CharField(blank=True, default="", max_length=120),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="reportrun",
            name="signer",
            field=models.CharField(
                blank=True, default="", help_text="title of who signs, as printed", max_length=200
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="reportrun",
            name="replaces",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="reports.reportrun",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportrun",
            constraint=models.CheckConstraint(
                condition=models.Q(state__in=["issued", "superseded"], issued_on__isnull=False)
                & ~models.Q(issue_number="")
                | ~models.Q(state__in=["issued", "superseded"])
                & models.Q(issued_on__isnull=True, issue_number=""),
                name="report_issued_with_number_and_date",
            ),
        ),
        migrations.CreateModel(
            name="ReportVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("made", "Lập từ số liệu"), ("edited", "Sửa trong Word"), ("issued", "Bản ban hành")],
                        max_length=10,
                    ),
                ),
                ("as_known", models.BigIntegerField()),
                ("figures", models.IntegerField()),
                (
                    "sentences_changed",
                    models.IntegerField(default=0, help_text="against the version before"),
                ),
                ("by_id", models.BigIntegerField(null=True)),
                ("by_name", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "file",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="documents.storedfile"),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="reports.reportrun",
                    ),
                ),
            ],
            options={"ordering": ["run_id", "-number"]},
        ),
        migrations.AddConstraint(
            model_name="reportversion",
            constraint=models.UniqueConstraint(fields=("run", "number"), name="report_version_once"),
        ),
    ]
