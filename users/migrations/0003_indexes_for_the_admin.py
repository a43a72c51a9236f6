from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0002_erased_at"),
    ]

    operations = [
        migrations.AddIndex(model_name="user", index=models.Index(fields=["name"], name="user_by_name")),
        migrations.AddIndex(model_name="user", index=models.Index(fields=["is_staff"], name="user_by_staff")),
        migrations.AddIndex(model_name="user", index=models.Index(fields=["is_superuser"], name="user_by_superuser")),
        migrations.AddIndex(model_name="user", index=models.Index(fields=["is_active"], name="user_by_active")),
    ]
