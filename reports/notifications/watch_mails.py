"""The mail with the link by which an address begins to watch an area.

Anybody can have it sent to any address. What they typed (a name for the area, words) is therefore not in it.
"""

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from reports.browsing import watch_areas
from reports.links import CONFIRMATION_LIFE, confirmation_link
from reports.models import Confirmation, DigestForm, Rhythm, WatchSubscription
from reports.notifications import writing


def message(confirmation: Confirmation, watch: WatchSubscription) -> EmailMultiAlternatives:
    """The mail, in the language of whoever asked."""
    area = watch.area
    with translation.override(confirmation.locale), timezone.override(watch_areas.zone_of(area)):
        context = {
            "headline": _("Be told what is new in this area?"),
            "where": watch_areas.described(area),
            "services": ", ".join(area.services),
            "often": often(watch),
            "link": confirmation_link(confirmation),
            "until": confirmation.created_at + CONFIRMATION_LIFE,
        }
        return writing.write("watch", context, confirmation.email)


def often(watch: WatchSubscription) -> str:
    """How often it is told, and in which form, in words."""
    if watch.form == DigestForm.SHEET:
        return _("Once a week, as a sheet with figures")
    if watch.rhythm == Rhythm.WEEKLY:
        return _("Once a week, where there is something new")
    return _("At most once a day, where there is something new")
