from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("facts", "0003_segments_hold_spans"),
        ("records", "0004_registers"),
    ]

    operations = [
        migrations.CreateModel(
            name="CheckSetting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(blank=True, max_length=80)),
                ("level", models.CharField(blank=True, max_length=12)),
                ("values", models.JSONField(default=dict)),
                ("pack", models.CharField(max_length=80)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("pack", "code", "level"), name="check_setting_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SeenFinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("code", models.CharField(blank=True, max_length=200)),
                ("note", models.TextField()),
                ("by_id", models.BigIntegerField(null=True)),
                ("by_name", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=models.deletion.PROTECT,
                        related_name="seen_findings",
                        to="records.submissionversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("version", "kind", "code"), name="seen_finding_once"),
                ],
            },
        ),
    ]
