"""The columns that tell apart what differs by case, accent or width do so on every database."""

from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from users.fields import ExactCharField
from users.models import User

EXACT = {
    (model._meta.db_table, field.column)
    for model in apps.get_models()
    for field in model._meta.local_fields
    if isinstance(field, ExactCharField)
}


def test_whatever_identifies_something_is_exact() -> None:
    known = {
        ("user", "user_id"),
        ("user", "email"),
        ("coach", "email"),
        ("booking", "uid"),
        ("booking", "reference"),
        ("booking", "chain_reference"),
        ("booking", "superseded_by"),
        ("booking", "payment_intent"),
        ("booking", "refund_id"),
        ("booking", "coach_email"),
        ("booking", "client_email"),
        ("message", "digest"),
        ("message", "uid"),
        ("difference", "uid"),
    }

    assert known == EXACT


@pytest.mark.parametrize(("vendor", "collation"), [("mysql", "utf8mb4_bin"), ("sqlite", None), ("postgresql", None)])
def test_only_mysql_is_asked_for_a_collation(vendor: str, collation: str | None) -> None:
    server = SimpleNamespace(
        vendor=vendor,
        ops=connection.ops,
        data_types=connection.data_types,
        data_type_check_constraints=connection.data_type_check_constraints,
    )
    field = ExactCharField(max_length=10)

    assert field.db_parameters(server).get("collation") == collation


def test_a_migration_knows_the_field_by_its_name() -> None:
    _name, path, args, kwargs = ExactCharField(max_length=10, unique=True).deconstruct()

    assert (path, args, kwargs) == ("users.fields.ExactCharField", [], {"max_length": 10, "unique": True})
    assert issubclass(ExactCharField, models.CharField)


@pytest.mark.mysql
@pytest.mark.django_db
def test_on_mysql_these_columns_and_no_others_are_binary() -> None:
    tables = sorted({table for table, _column in EXACT})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = DATABASE() AND table_name IN %s AND collation_name = 'utf8mb4_bin'",
            [tables],
        )
        found = set(cursor.fetchall())

    assert found == EXACT


@pytest.mark.django_db
@pytest.mark.parametrize("other", ["ALICE-1", "älice-1", "alice-1", "ａlice-1", "alice-１"])
def test_a_row_is_found_by_exactly_its_own_letters(other: str, alice: User) -> None:
    found = User.objects.filter(user_id=other)

    assert list(found) == ([alice] if other == "alice-1" else [])
    assert User.objects.exclude(user_id=other).count() == (0 if other == "alice-1" else 1)
    assert User.objects.filter(user_id__in=[other]).count() == found.count()


@pytest.mark.django_db
def test_a_unique_key_counts_the_same_letters_once_and_others_apart(alice: User) -> None:
    User.objects.create_user("ALICE-2@example.org", user_id="Alice-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("alice-3@example.org", user_id="alice-1")

    assert sorted(User.objects.values_list("user_id", flat=True)) == ["Alice-1", "alice-1"]
