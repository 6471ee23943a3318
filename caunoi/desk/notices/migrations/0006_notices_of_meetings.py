from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0005_notices_of_reports"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("returned", "Bản ghi bị trả lại"),
                    ("approved", "Bản ghi được duyệt"),
                    ("rating", "Bảng chấm bị trả lại hoặc đã chốt"),
                    ("award", "Khen thưởng được quyết định"),
                    ("report-in", "Báo cáo tổng hợp chờ duyệt"),
                    ("report-no", "Báo cáo tổng hợp bị trả lại"),
                    ("report-ok", "Báo cáo tổng hợp được duyệt"),
                    ("meet-in", "Được mời họp"),
                    ("meet-new", "Cuộc họp được mời đổi lịch hoặc bị hủy"),
                    ("meet-out", "Thôi được mời họp"),
                    ("due", "Việc sắp đến hạn"),
                    ("work", "Việc đang chờ mỗi ngày"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="silence",
            name="kind",
            field=models.CharField(
                choices=[
                    ("returned", "Bản ghi bị trả lại"),
                    ("approved", "Bản ghi được duyệt"),
                    ("rating", "Bảng chấm bị trả lại hoặc đã chốt"),
                    ("award", "Khen thưởng được quyết định"),
                    ("report-in", "Báo cáo tổng hợp chờ duyệt"),
                    ("report-no", "Báo cáo tổng hợp bị trả lại"),
                    ("report-ok", "Báo cáo tổng hợp được duyệt"),
                    ("meet-in", "Được mời họp"),
                    ("meet-new", "Cuộc họp được mời đổi lịch hoặc bị hủy"),
                    ("meet-out", "Thôi được mời họp"),
                    ("due", "Việc sắp đến hạn"),
                    ("work", "Việc đang chờ mỗi ngày"),
                ],
                max_length=10,
            ),
        ),
    ]
