"""Two filters of the list at once read one index, not each booking of one filter to see whether it fits the other."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0008_privacy"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(fields=["status", "starts_at", "id", "payment", "coach"], name="booking_by_status"),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(fields=["coach", "starts_at", "id", "status", "payment"], name="booking_by_coach"),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(fields=["payment", "starts_at", "id", "status", "coach"], name="booking_by_payment"),
        ),
        # Only now: MySQL needs one that begins with the coach for its foreign key.
        migrations.RemoveIndex(model_name="booking", name="booking_status_start"),
        migrations.RemoveIndex(model_name="booking", name="booking_coach_start"),
        migrations.RemoveIndex(model_name="booking", name="booking_payment_start"),
    ]
