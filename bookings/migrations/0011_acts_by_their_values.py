"""What was given and what came of an act by codes and values, read in each reader's language; Stripe's IDs are found."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0009_filters_together"),
    ]

    operations = [
        migrations.AddField(
            model_name="act",
            name="came",
            field=models.CharField(blank=True, max_length=200, verbose_name="what came of it"),
        ),
        migrations.AddField(
            model_name="act",
            name="given",
            field=models.JSONField(blank=True, default=dict, verbose_name="what was given"),
        ),
        migrations.AddField(
            model_name="act",
            name="stripe_id",
            field=models.CharField(blank=True, max_length=255, verbose_name="ID at Stripe"),
        ),
        migrations.AddIndex(
            model_name="act",
            index=models.Index(fields=["stripe_id"], name="act_by_stripe_id"),
        ),
    ]
