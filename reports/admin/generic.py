"""Django's admin and form classes with the type parameter that django-stubs gives them and Django itself does not."""

from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline
    StackedInline = admin.StackedInline
    ModelForm = forms.ModelForm
else:

    class _TakesParameter:
        def __class_getitem__(cls, _parameters: object) -> type:
            return cls

    class ModelAdmin(_TakesParameter, admin.ModelAdmin):
        """`ModelAdmin[Model]`."""

    class TabularInline(_TakesParameter, admin.TabularInline):
        """`TabularInline[Model, ParentModel]`."""

    class StackedInline(_TakesParameter, admin.StackedInline):
        """`StackedInline[Model, ParentModel]`."""

    class ModelForm(_TakesParameter, forms.ModelForm):
        """`ModelForm[Model]`."""


__all__ = ["ModelAdmin", "ModelForm", "StackedInline", "TabularInline"]
