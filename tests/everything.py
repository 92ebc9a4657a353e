"""All that the database holds, to be compared before and after something that must change nothing."""

from typing import Any

from django.apps import apps

LEFT_OUT = frozenset({"Session"})


def counted() -> dict[str, int]:
    """How many rows each table has."""
    return {model.__name__: model._default_manager.count() for model in apps.get_models()}


def everything() -> dict[str, list[Any]]:
    """Each row of each table with all of its values."""
    return {
        model.__name__: sorted(model._default_manager.values_list(), key=repr)
        for model in apps.get_models()
        if model.__name__ not in LEFT_OUT
    }
