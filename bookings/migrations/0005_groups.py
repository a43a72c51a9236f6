"""The groups of the staff, with what each may see and do. Safe to repeat; what was added to a group by hand stays."""

from django.db import migrations

SEE_BOOKINGS = ("bookings.view_booking", "bookings.view_attention", "coaches.view_coach", "users.view_user")
SEE_ALL = (
    *SEE_BOOKINGS,
    "bookings.view_address",
    "bookings.view_payment",
    "bookings.view_message",
    "bookings.view_message_body",
    "bookings.view_run",
    "bookings.view_difference",
    "bookings.view_act",
    "bookings.view_statuschange",
)
ACT = ("bookings.act_on_booking", "bookings.change_attention", "bookings.change_message")
GROUPS = {
    "Operations": (*SEE_ALL, *ACT),
    "Auditors": (*SEE_ALL, "auth.view_group", "django_q.view_schedule", "django_q.view_task"),
    "Support": SEE_BOOKINGS,
    "Administrators": (
        *SEE_ALL,
        *ACT,
        "coaches.change_coach",
        "users.add_user",
        "users.change_user",
        "auth.view_group",
        "auth.add_group",
        "auth.change_group",
        "auth.delete_group",
        "django_q.view_schedule",
        "django_q.change_schedule",
        "django_q.view_task",
    ),
}


def make_groups(apps, schema_editor=None):
    """Permissions are made after all migrations, so those named here are made now; Django then finds them, by name."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    special = {
        "view_message_body": ("message", "Can see what messages say"),
        "act_on_booking": ("booking", "Can act on bookings: at Cal.com, and by what is known of them"),
        "view_address": ("booking", "Can see e-mail addresses"),
        "view_payment": ("booking", "Can see what was paid"),
    }
    for name, permissions in GROUPS.items():
        group, _made = Group.objects.get_or_create(name=name)
        for permission in permissions:
            app, _dot, codename = permission.partition(".")
            action, _line, of = codename.partition("_")
            model, title = special.get(codename, (of, f"Can {action} {of}"))
            content_type, _made = ContentType.objects.get_or_create(app_label=app, model=model)
            row, _made = Permission.objects.get_or_create(
                content_type=content_type, codename=codename, defaults={"name": title}
            )
            group.permissions.add(row)


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0004_attention"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
