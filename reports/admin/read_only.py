"""Rows that volunteers read and never write: history, wire calls, what the machine keeps for itself."""

import json
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString


class ReadOnly:
    """Mixin for a ModelAdmin: whoever may view may view, and nobody adds, changes or deletes."""

    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyInline:
    """Mixin for an inline: the same, below its parent."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


NOTHING = "–"


def pretty(value: object) -> SafeString | str:
    """JSON as indented text in a box that scrolls; a dash for nothing."""
    if value in (None, "", [], {}):
        return NOTHING
    return format_html('<pre class="pretty">{}</pre>', json.dumps(value, indent=2, ensure_ascii=False, default=str))
