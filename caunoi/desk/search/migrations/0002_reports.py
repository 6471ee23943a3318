from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("search", "0001_entries")]

    operations = [
        migrations.AlterField(
            model_name="searchentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("unit", "Đơn vị"),
                    ("entity", "Mục trong sổ theo dõi"),
                    ("person", "Tài khoản"),
                    ("report", "Báo cáo"),
                ],
                max_length=8,
            ),
        )
    ]
