from django.db import migrations, models


class Migration(migrations.Migration):
    """Of classes that were closed before, it is found when they are closed again: marks can be opened only by the room."""

    dependencies = [("training", "0001_classes_and_learners")]

    operations = [
        migrations.AddField("learner", "band", models.CharField(blank=True, default="", max_length=80), preserve_default=False),
    ]
