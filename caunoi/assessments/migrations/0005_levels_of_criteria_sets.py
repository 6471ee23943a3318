from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0004_parts_of_criteria'),
    ]

    operations = [
        migrations.AddField(
            model_name='criteriaset',
            name='levels',
            field=models.JSONField(default=list, help_text='rules.levels.write_levels'),
        ),
    ]
