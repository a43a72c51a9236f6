from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0005_groups"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(
                fields=[
                    "starts_at",
                    "is_head",
                    "status",
                    "coach",
                    "currency",
                    "payment",
                    "price",
                    "event_type",
                ],
                name="booking_figures",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["kind", "started_at"], name="run_kind_start"),
        ),
    ]
