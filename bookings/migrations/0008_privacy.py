"""What was erased says so, each export and erasure leaves a record, and groups get the right to see and to do it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SEE = "view_privacyrequest"
GROUPS = {
    "Operations": (SEE, "export_person"),
    "Auditors": (SEE,),
    "Administrators": (SEE, "export_person", "erase_person"),
}
TITLES = {
    SEE: "Can view privacy request",
    "export_person": "Can export all data of a person",
    "erase_person": "Can erase all data of a person",
}


def give_permissions(apps, schema_editor=None):
    """Safe to repeat. Permissions are made after all migrations, so those named here are made now, as in 0005."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    content_type, _made = ContentType.objects.get_or_create(app_label="bookings", model="privacyrequest")
    for name, codenames in GROUPS.items():
        group, _made = Group.objects.get_or_create(name=name)
        for codename in codenames:
            row, _made = Permission.objects.get_or_create(
                content_type=content_type, codename=codename, defaults={"name": TITLES[codename]}
            )
            group.permissions.add(row)


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0006_indexes_for_the_dashboard"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="erased",
            field=models.BooleanField(default=False, verbose_name="client erased"),
        ),
        migrations.AddField(
            model_name="message",
            name="is_reduced",
            field=models.BooleanField(default=False, verbose_name="kept without the person"),
        ),
        migrations.CreateModel(
            name="PrivacyRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("export", "Export"), ("erase", "Erasure")], max_length=20, verbose_name="kind"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                ("counts", models.JSONField(default=dict, verbose_name="counted")),
                ("note", models.CharField(blank=True, max_length=1000, verbose_name="note")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "privacy request",
                "verbose_name_plural": "privacy requests",
                "db_table": "privacy_request",
                "ordering": ("-id",),
                "permissions": (
                    ("export_person", "Can export all data of a person"),
                    ("erase_person", "Can erase all data of a person"),
                ),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["export", "erase"])), name="privacy_request_kind_known"
                    )
                ],
            },
        ),
        migrations.RunPython(give_permissions, migrations.RunPython.noop),
    ]
