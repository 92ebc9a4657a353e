"""Photos of the problem."""

from dataclasses import replace
from typing import Any, ClassVar

from django.conf import settings
from django.forms import Form
from django.http import HttpResponse
from django.utils.translation import gettext as _

from reports.forms.media import MediaForm
from reports.media import remove
from reports.models import Media
from reports.views import photo_places, protection
from reports.views.flow import FlowView


class MediaPage(FlowView):
    """Photos, each kept as soon as it has arrived."""

    page: ClassVar = "media"
    template: ClassVar = "report/media.html"

    @property
    def most_bytes(self) -> int:
        return int(settings.PHOTOS_MAX * settings.PHOTO_MAX_BYTES + super().most_bytes)

    def get_form(self, data: Any = None, files: Any = None) -> MediaForm:
        return MediaForm(data, files)

    def accept(self, form: MediaForm) -> HttpResponse:
        unwanted = self.request.POST.get("remove")
        if unwanted:
            for photo in self.draft.media.filter(pk=unwanted) if unwanted.isdecimal() else []:
                remove(photo)
        form.store_in(self.draft)  # with every button, as the page that comes next has no file chosen any more
        if unwanted or "add" in self.request.POST:
            return self.show(form) if form.errors else self.to(self.page)
        form.demand(self.draft, self.the_service.endpoint)
        endpoint = {"endpoint": self.the_service.endpoint_id}
        return self.show(form) if form.errors else self.save_and_go_on(form.answer() | endpoint)

    def show(self, form: Form, refusal: protection.Refusal | None = None, **context: Any) -> HttpResponse:
        if refusal is not None and self.request.FILES:
            sentence = _("%(refusal)s The photos were not kept: choose them again.") % {"refusal": refusal.sentence}
            refusal = replace(refusal, sentence=sentence)
        return super().show(form, refusal, **context)

    def extra_context(self, form: MediaForm) -> dict[str, Any]:
        photos = list(self.draft.media.all())
        offers = photo_places.offers(photos, self.answers["location"], ask=self._may_ask(photos))
        return {
            "photos": [(photo, offers.get(photo.pk)) for photo in photos],
            "room": settings.PHOTOS_MAX - len(photos),
            "most": settings.PHOTOS_MAX,
            "most_bytes": settings.PHOTO_MAX_BYTES,
            "megabytes": settings.PHOTO_MAX_BYTES / 2**20,
            "longest_side": settings.PHOTO_LONGEST_SIDE,
            "place_url": self.url("place"),
        }

    def _may_ask(self, photos: list[Media]) -> bool:
        """Whether addresses are looked up: on a page that is opened, within the rate at which anybody may search."""
        placed = self.request.method == "GET" and any(photo.lat is not None for photo in photos)
        return placed and protection.refuse_lookup(self.request) is None
