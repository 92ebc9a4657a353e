"""Tags for the pieces that every page is made of: icons, form controls, and a city's HTML made safe."""

import nh3
from django import template
from django.conf import settings
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from reports.models import ServiceRequest

register = template.Library()

# What a service notice or a note may hold. No images and no styles: a public page asks no third party for anything.
CITY_TAGS = {"a", "b", "br", "em", "i", "li", "ol", "p", "strong", "ul"}
CONTROL_CLASSES = {
    "checkbox": "",
    "clearablefile": "file",
    "file": "file",
    "multiplefile": "file",
    "select": "select",
    "textarea": "textarea",
}


@register.simple_tag
def icon(name: str, css_class: str = "") -> SafeString:
    """The icon of that name from static/img/icons.svg, hidden from screen readers: words stand beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css_class,
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The field's widget with the class of its kind beside the form's own classes.

    Placeholders are left out: they look like answers, and the label and the hint have already said it.
    """
    own = field.field.widget.attrs.get("class", "")
    classes = f"{CONTROL_CLASSES.get(field.widget_type, 'input')} {own}".strip()
    return field.as_widget(attrs={"placeholder": False} | ({"class": classes} if classes else {}))


@register.simple_tag
def map_attribution() -> str:
    """Whose map it is, as the tiles' licence asks; empty where no tiles are configured."""
    return str(settings.TILES_ATTRIBUTION) if settings.TILES_URL else ""


@register.filter
def city_html(value: str) -> SafeString:
    """A body's HTML reduced to plain text marks and http, https, mailto and tel links; anything else is dropped."""
    clean = nh3.clean(
        value,
        tags=CITY_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308 - nh3 has just removed all but the list above


@register.filter
def place(service_request: ServiceRequest) -> str:
    """Where it is, in words: the address, or the coordinates (degrees, WGS84) where there is none.

    Of a place said in words alone never the coordinates: when its words are gone, the body in whose area it is.
    """
    if service_request.in_words:
        return service_request.address_string or service_request.jurisdiction.name
    return service_request.address_string or f"{service_request.lat:.5f}, {service_request.long:.5f}"


@register.filter
def in_thousands(count: int) -> str:
    """A number as the page's language writes large ones: `1,234`."""
    return number_format(count, force_grouping=True)


@register.filter
def element_id(bound: BoundField) -> str:
    """The id that a link to this field must name: its first control's where it has several (radio buttons).

    The field's own where a list of choices has run empty, as when a body's services go away.
    """
    controls = bound.subwidgets if bound.use_fieldset else []
    return controls[0].id_for_label if controls else bound.id_for_label or bound.auto_id
