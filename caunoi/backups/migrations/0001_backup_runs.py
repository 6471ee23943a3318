from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='BackupRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=500)),
                ('started_at', models.DateTimeField(db_index=True)),
                ('finished_at', models.DateTimeField()),
                ('checked_at', models.DateTimeField(null=True)),
                ('size', models.BigIntegerField(default=0)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('encrypted', models.BooleanField(default=False)),
                ('scheduled', models.BooleanField(default=False)),
                ('problem', models.TextField(blank=True)),
                ('made_by_name', models.CharField(max_length=200)),
            ],
            options={
                'ordering': ['-started_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('checked_at', None)), models.Q(('problem', '')), _connector='XOR'), name='backup_checked_or_problem')],
            },
        ),
    ]
