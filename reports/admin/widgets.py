"""The boundary editor: a map over a text box of GeoJSON. Without scripts the text box is all there is, and enough."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.forms.renderers import BaseRenderer
from django.forms.widgets import Script
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


class BoundaryEditor(forms.Textarea):
    """A textarea of GeoJSON that `static/js/boundary_editor.js` puts a Leaflet.draw map above.

    `outline` is GeoJSON that the map shows and does not edit, for a boundary too detailed to be moved point by point.
    """

    template = "admin/boundary_editor.html"

    class Media:
        css: ClassVar = {
            "all": ["leaflet/leaflet.css", "leaflet/draw/leaflet.draw.css", "css/admin_boundary.css"],
        }
        js: ClassVar = [
            "leaflet/leaflet.js",
            "leaflet/draw/leaflet.draw.js",
            Script("js/boundary_editor.js", type="module"),
        ]

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__({"rows": 8, "cols": 80, "spellcheck": "false", "class": "vLargeTextField"} | dict(attrs or {}))
        self.outline: dict[str, Any] | None = None

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        """The text box inside the frame that the script looks for."""
        textarea = super().render(name, value, dict(attrs or {}), renderer)
        latitude, longitude = settings.LEAFLET_CONFIG["DEFAULT_CENTER"]
        context = {
            "textarea": textarea,
            "name": name,
            "outline": self.outline,
            "map": {
                "tiles": settings.TILES_URL,
                "attribution": settings.TILES_ATTRIBUTION,
                "center": [latitude, longitude],
                "zoom": settings.LEAFLET_CONFIG["DEFAULT_ZOOM"],
            },
        }
        return render_to_string(self.template, context)
