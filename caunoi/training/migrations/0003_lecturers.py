from django.db import migrations, models


class Migration(migrations.Migration):
    """Who taught a class: things of the register that its kind names."""

    dependencies = [("training", "0002_class_of_result_found"), ("records", "0010_no_index_twice")]

    operations = [
        migrations.AddField("trainingkind", "lecturers", models.CharField(blank=True, default="", max_length=80), preserve_default=False),
        migrations.CreateModel(
            "ClassLecturer",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lecturer", models.ForeignKey(on_delete=models.deletion.PROTECT, related_name="+", to="records.entity")),
                (
                    "training_class",
                    models.ForeignKey(
                        on_delete=models.deletion.CASCADE, related_name="lecturers", to="training.trainingclass"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("training_class", "lecturer"), name="training_lecturer_once")
                ]
            },
        ),
    ]
