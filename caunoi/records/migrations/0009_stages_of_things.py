from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0008_since_when_records_count")]

    operations = [
        migrations.AddField(
            model_name="entitylist",
            name="refers_to",
            field=models.JSONField(
                default=dict, help_text="property -> code of the register whose thing it names"
            ),
        ),
        migrations.AddField(
            model_name="entitylist",
            name="stage_by",
            field=models.CharField(blank=True, default="", help_text="property that says the stage", max_length=80),
        ),
        migrations.AddField(
            model_name="entitylist",
            name="stage_form",
            field=models.CharField(
                blank=True, default="", help_text="form by which a thing goes from stage to stage", max_length=80
            ),
        ),
        migrations.AddField(
            model_name="entitylist",
            name="told_by",
            field=models.JSONField(
                default=list, help_text="[form, question]: records about a thing that its page lists, and what it adds up"
            ),
        ),
        migrations.AddField(
            model_name="entitylist",
            name="transitions",
            field=models.JSONField(
                default=list, help_text="which stage may follow which, as entities.rules.stages has it"
            ),
        ),
        migrations.AlterField(
            model_name="entityversion",
            name="act",
            field=models.CharField(
                choices=[
                    ("create", "lập"), ("update", "sửa"), ("resolve", "quyết định chỗ trái nhau"), ("merge", "gộp"),
                    ("unmerge", "bỏ gộp"), ("undo", "thu hồi"), ("remove", "bỏ"), ("restore", "lấy lại"),
                    ("move", "chuyển đơn vị"), ("restate", "xếp lại theo ngày"),
                ],
                max_length=10,
            ),
        ),
    ]  # fmt: skip
