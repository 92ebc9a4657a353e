"""Accounts and their second factors. Only a superuser hands out rights."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin  # its module registers groups
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reports.admin.read_only import ReadOnly
from reports.models import User

NAMES = ("first_name", "last_name")
OWN = ("phone", "pass_on", "follow_own", "locale")  # shown, and nobody else's to change: a consent is among them
RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


class OneAddress(forms.BaseForm):
    """Mixin: addresses are kept in small letters, so that one person is one account."""

    instance: User

    def clean_email(self) -> str:
        """The address in small letters; an error where another account has it."""
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email__lower=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is an account with this address already."))
        return email


class NewUserForm(OneAddress, AdminUserCreationForm):  # type: ignore[type-arg]  # takes none at run time
    """An account made by a volunteer."""

    class Meta:
        model = User
        fields = ("email", "first_name", "last_name")


class UserForm(OneAddress, UserChangeForm):  # type: ignore[type-arg]  # takes none at run time
    """An account changed by a volunteer; the password has a page of its own."""

    class Meta:
        model = User
        fields = "__all__"
        field_classes = None


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]  # takes none at run time
    """Accounts. Only a superuser hands out rights, or touches a superuser."""

    form = UserForm
    add_form = NewUserForm
    ordering = ("email",)
    list_display = ("email", "full_name", "has_second_factor", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active", "groups")
    search_fields = ("email", "first_name", "last_name", "name")
    readonly_fields = ("last_login", "date_joined", *OWN)
    list_per_page = 50
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("email", "first_name", "last_name", "password")}),
        (_("Rights"), {"fields": ("is_active", *RIGHTS)}),
        (_("Set by its owner"), {"fields": OWN}),
        (_("Record"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("email", *NAMES, "usable_password", "password1", "password2")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With whether each has a second factor, so that the list shows which volunteers have none."""
        factors = Authenticator.objects.filter(user=OuterRef("pk"))
        found: QuerySet[User] = super().get_queryset(request).annotate(second_factor=Exists(factors))
        return found

    @admin.display(description=_("name"), ordering="last_name")
    def full_name(self, obj: User) -> str:
        """As its owner or a volunteer wrote it; empty where neither did."""
        name = obj.get_full_name()
        return "" if name == obj.email else name

    @admin.display(description=_("second factor"), boolean=True)
    def has_second_factor(self, obj: User) -> bool:
        """A passkey, or an app that shows codes."""
        return bool(obj.second_factor)  # type: ignore[attr-defined]  # of `get_queryset`

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[Any, ...]:
        """A volunteer who may change accounts could otherwise make themselves a superuser."""
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if _is_superuser(request) else (*fields, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)


@admin.register(EmailAddress)
class EmailAddressAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # takes none at run time
    """allauth's record of whose address was confirmed. Deleting one makes its owner confirm again."""

    list_display = ("email", "user", "primary", "verified")
    list_filter = ("verified", "primary")
    list_select_related = ("user",)
    search_fields = ("email", "user__email")
    readonly_fields = ("user", "email", "primary")
    fields = ("user", "email", "primary", "verified")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Addresses come from their owners."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """`verified` lets somebody in without the mail: for a superuser to set."""
        return super().has_change_permission(request, obj) and _is_superuser(request)


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # takes none at run time
    """Second factors, without their secrets. A superuser deletes one when its owner has lost the device."""

    list_display = ("user", "type", "named", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    fields = ("user", "type", "named", "created_at", "last_used_at")
    readonly_fields = ("named",)
    show_full_result_count = False

    @admin.display(description=_("name"))
    def named(self, obj: Authenticator) -> str:
        """What its owner calls a passkey."""
        return str(obj.data.get("name", ""))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj) and _is_superuser(request)


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def _may_touch(request: HttpRequest, obj: Model | None) -> bool:
    return _is_superuser(request) or not getattr(obj, "is_superuser", False)
