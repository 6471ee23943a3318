from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0010_no_index_twice")]

    operations = [
        migrations.AddField(
            model_name="entitylist",
            name="reviews",
            field=models.JSONField(
                default=list, help_text="how a unit's review fills its form, as entities.rules.reviews has it"
            ),
        ),
    ]
