"""Who books, and who logs in to the admin."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import (
    AbstractBaseUser,
    BaseUserManager,
    PermissionsMixin,
)
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from users.addresses import AddressValidator, normalised
from users.fields import ExactCharField


def new_user_id() -> str:
    """A userId for whoever comes without one from the business system."""
    return str(uuid.uuid4())


class UserManager(BaseUserManager["User"]):
    """Django's commands and backends make users through this; people sign up through `services.sign_up`."""

    def create_user(self, email: str, name: str = "", password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=normalised(email), name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, name: str = "", password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, name, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normalised(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known everywhere by `user_id`: the business system's own id, or a UUID where it gave none."""

    user_id = ExactCharField(_("user ID"), max_length=64, unique=True, default=new_user_id)
    name = models.CharField(_("name"), max_length=200)
    email = ExactCharField(_("e-mail"), max_length=254, unique=True, validators=[AddressValidator()])
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May log in to the admin."))
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()

    class Meta:
        db_table = "user"
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["name"], name="user_by_name"),
            models.Index(fields=["is_staff"], name="user_by_staff"),
            models.Index(fields=["is_superuser"], name="user_by_superuser"),
            models.Index(fields=["is_active"], name="user_by_active"),
        )

    def __str__(self) -> str:
        """Without the address, which not everybody who sees the person may see."""
        return gettext("Erased") if self.erased_at else self.name or self.user_id

    def get_full_name(self) -> str:
        """How pages of the admin address whoever is logged in."""
        return self.name

    def clean(self) -> None:
        self.email = normalised(self.email)
