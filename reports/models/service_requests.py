"""What residents filed: the request as the public sees it, its photos, and its history."""

import secrets
import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from reports import clock
from reports.models.jurisdictions import Endpoint, Jurisdiction
from reports.models.services import Service

# Read aloud over a telephone, none of these is taken for another: no 0/O, 1/I/L, B/D/E/P/T/V, M/N, S/F, A/8, U/Q.
ALPHABET = "2345679CFGHJKMQRWXYZ"
REFERENCE_LENGTH = 10  # 20 ** 10 is about 10 ** 13: with a million requests one guess in ten million hits


def new_reference() -> str:
    """A new public code such as `7KQ-4MX-9GHW`: short, readable aloud, not guessable."""
    letters = "".join(secrets.choice(ALPHABET) for _number in range(REFERENCE_LENGTH))
    return f"{letters[:3]}-{letters[3:6]}-{letters[6:]}"


class PublicStatus(models.TextChoices):
    """The words that residents see, in the order in which they come. `reports/README.md` draws the way through them."""

    RECEIVED = "received", _("Received")
    SENT = "sent", _("Sent")
    ACCEPTED = "accepted", _("Accepted")
    IN_PROGRESS = "in_progress", _("In progress")
    CLOSED = "closed", _("Done, says the city")
    CONFIRMED = "confirmed", _("Confirmed fixed")
    DISPUTED = "disputed", _("Disputed")
    NOT_RESPONSIBLE = "not_responsible", _("Not their task")
    DUPLICATE = "duplicate", _("Duplicate")
    REJECTED = "rejected", _("Turned down")
    SILENT = "silent", _("No news for 30 days")
    UNDELIVERED = "undelivered", _("Could not be delivered, we are on it")
    CANCELLED = "cancelled", _("Withdrawn")


class PlaceMeant(models.TextChoices):
    """Address and pin may disagree; this is the one that the person meant."""

    POINT = "point", _("the point on the map")
    ADDRESS = "address", _("the address")
    WORDS = "words", _("the words alone")  # `lat` and `long` are then somewhere within the body's area, and not sent


class ServiceRequest(models.Model):
    """One report, public but for `contact`. Keeps its own `service_code` and `service_name`: lists of services change.

    `attributes` is a list of `{"code", "datatype", "description", "values": [{"key", "name"}]}`: the answers
    beside a snapshot of the questions that were asked. Those with `"private": true` are for the body alone.
    """

    reference = models.CharField(_("reference"), max_length=14, unique=True, default=new_reference, editable=False)
    submit_key = models.UUIDField(
        unique=True, default=uuid.uuid4, editable=False
    )  # the draft's id: a double post meets it
    jurisdiction = models.ForeignKey(
        Jurisdiction, models.PROTECT, related_name="service_requests", verbose_name=_("jurisdiction")
    )
    endpoint = models.ForeignKey(Endpoint, models.PROTECT, related_name="service_requests", verbose_name=_("endpoint"))
    service = models.ForeignKey(
        Service, models.SET_NULL, null=True, blank=True, related_name="service_requests", verbose_name=_("service")
    )
    service_code = models.CharField(_("service_code"), max_length=200)
    service_name = models.CharField(_("service_name"), max_length=300)
    group = models.CharField(_("group"), max_length=200, blank=True)
    lat = models.FloatField(_("latitude"))
    long = models.FloatField(_("longitude"))
    address_string = models.CharField(_("address"), max_length=500, blank=True)
    address_id = models.CharField(_("address_id"), max_length=100, blank=True)
    place_meant = models.CharField(_("place meant"), max_length=7, choices=PlaceMeant, default=PlaceMeant.POINT)
    place_detail = models.CharField(_("landmark, which side"), max_length=300, blank=True)
    description = models.TextField(_("description"), blank=True, max_length=4000)
    attributes = models.JSONField(_("attributes"), default=list, blank=True)
    definition_hash = models.CharField(max_length=64, blank=True, editable=False)
    locale = models.CharField(_("language"), max_length=10, default="en")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="service_requests",
        verbose_name=_("account"),
    )
    status = models.CharField(_("status"), max_length=16, choices=PublicStatus, default=PublicStatus.RECEIVED)
    status_word = models.CharField(_("the body's word"), max_length=200, blank=True)
    status_notes = models.TextField(_("status notes"), blank=True)
    agency_responsible = models.CharField(_("agency_responsible"), max_length=300, blank=True)
    service_notice = models.TextField(_("service_notice"), blank=True)
    requested_datetime = models.DateTimeField(_("filed"), default=clock.now)
    updated_datetime = models.DateTimeField(_("last change"), default=clock.now)
    body_updated_datetime = models.DateTimeField(
        _("the body's last date"), null=True, blank=True, editable=False, help_text=_("Of what was taken over from it.")
    )
    expected_datetime = models.DateTimeField(_("expected"), null=True, blank=True)
    first_answer_at = models.DateTimeField(
        _("first answer"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When somebody at the body first said or did something about it; a receipt alone is no answer."),
    )
    ended_at = models.DateTimeField(
        _("ended"), null=True, blank=True, editable=False, help_text=_("Since when it is over; empty while it is not.")
    )
    duplicate_of = models.CharField(_("duplicate of"), max_length=200, blank=True, help_text=_("The body's number."))
    private = models.BooleanField(
        _("private"), default=False, help_text=_("The body keeps it from the public: in no list, feed or map.")
    )
    private_presumed = models.BooleanField(default=False, editable=False)  # until the body has shown which it is
    verdict = models.CharField(
        _("really fixed?"),
        max_length=9,
        blank=True,
        editable=False,
        choices=[(PublicStatus.CONFIRMED.value, _("yes")), (PublicStatus.DISPUTED.value, _("no"))],
        help_text=_("What people say of the body's last closing; empty while nobody has."),
    )
    held_at = models.DateTimeField(
        _("held"), null=True, blank=True, editable=False, help_text=_("Not published until a volunteer has looked.")
    )
    held_because = models.CharField(_("why it is held"), max_length=300, blank=True, editable=False)
    hidden = models.BooleanField(
        _("hidden"), default=False, help_text=_("Hidden from the public; the body still gets it.")
    )
    taken_away_at = models.DateTimeField(
        _("taken away"), null=True, blank=True, editable=False, help_text=_("By the person who filed it.")
    )

    class Meta:
        verbose_name = _("service request")
        verbose_name_plural = _("service requests")
        ordering: ClassVar = ["-requested_datetime", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["status", "-requested_datetime"], name="request_by_status"),
            models.Index(fields=["jurisdiction", "-requested_datetime"], name="request_by_jurisdiction"),
            models.Index(fields=["lat", "long"], name="request_by_place"),
            models.Index(fields=["-requested_datetime", "-id"], name="request_by_age"),
            models.Index(fields=["endpoint", "duplicate_of"], name="request_by_original"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(lat__gte=-90, lat__lte=90), name="lat_in_range"),
            models.CheckConstraint(condition=models.Q(long__gte=-180, long__lte=180), name="long_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.service_name}"

    @property
    def in_words(self) -> bool:
        """Whether its place was said in words alone: then the point is for nobody to see."""
        return self.place_meant == PlaceMeant.WORDS

    @property
    def shown_name(self) -> str:
        """What it was filed as; in the page's language where a volunteer has translated its service.

        Reads `service.override`: fetch them together.
        """
        return (self.service.translation("service_name") if self.service else "") or self.service_name

    @property
    def name_language(self) -> str:
        """The language of `shown_name`."""
        is_translated = self.service is not None and self.service.translation("service_name") != ""
        return (get_language() or "") if is_translated else self.jurisdiction.language

    @property
    def public_attributes(self) -> list[dict[str, Any]]:
        """The answers that anybody may read."""
        return [attribute for attribute in self.attributes if not attribute.get("private")]

    def original(self) -> "ServiceRequest | None":
        """The public request here that has the body's number of which this one is a duplicate."""
        if not self.duplicate_of:
            return None
        shown = ServiceRequest.objects.filter(
            hidden=False, held_at=None, private=False, taken_away_at=None, endpoint=self.endpoint_id
        )
        there = {"submissions__endpoint": self.endpoint_id, "submissions__service_request_id": self.duplicate_of}
        return shown.filter(**there).exclude(pk=self.pk).exclude(duplicate_of=self.duplicate_of).order_by("pk").first()

    @property
    def shown_status(self) -> PublicStatus:
        """The status that residents see: what people say of a closing goes over the closing."""
        closed = self.status == PublicStatus.CLOSED and self.verdict
        return PublicStatus(self.verdict if closed else self.status)

    @property
    def awaits_link(self) -> bool:
        """Whether the body has it and may still wait for the link in its mail to be followed, as nothing shows yet that
        somebody there looks at it."""
        return self.status in (PublicStatus.SENT, PublicStatus.ACCEPTED) and self.endpoint.confirms_by_mail

    def get_absolute_url(self) -> str:
        return reverse("service_requests:detail", args=[self.reference])


def _media_path(media: "Media", filename: str) -> str:
    return f"photos/{media.key.hex[:2]}/{media.key.hex}.jpg"


class Media(models.Model):
    """One photo, re-encoded and free of metadata; first of a draft, then of the request made from it, or of a comment.

    One of the three is set. `key` changes when a volunteer blacks out parts, so that no cache shows the old one.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    draft = models.ForeignKey(
        "reports.Draft", models.SET_NULL, null=True, blank=True, related_name="media", verbose_name=_("draft")
    )
    service_request = models.ForeignKey(
        ServiceRequest, models.CASCADE, null=True, blank=True, related_name="media", verbose_name=_("service request")
    )
    comment = models.ForeignKey(
        "reports.Comment", models.CASCADE, null=True, blank=True, related_name="media", verbose_name=_("comment")
    )
    former_keys = models.JSONField(default=list, blank=True, editable=False)  # bodies may still ask by them
    redacted_at = models.DateTimeField(_("parts blacked out"), null=True, blank=True, editable=False)
    file = models.ImageField(_("file"), upload_to=_media_path, width_field="width", height_field="height")
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    lat = models.FloatField(
        null=True, blank=True, editable=False
    )  # where the camera says it was; offered as the place, then dropped
    long = models.FloatField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("uploaded"), default=clock.now)

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return f"photo {self.key}"


class AppendOnlyQuerySet(models.QuerySet["StatusUpdate"]):
    """Refuses to rewrite history."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError("history is appended to, never edited")

    def bulk_update(self, objs: Iterable["StatusUpdate"], fields: Iterable[str], batch_size: int | None = None) -> int:
        raise TypeError("history is appended to, never edited")


class StatusUpdate(models.Model):
    """One line of a request's history, in the city's time. Append only, but for `hidden`.

    `fingerprint` is unique per request: the same news fetched twice is one line.
    """

    service_request = models.ForeignKey(
        ServiceRequest, models.CASCADE, related_name="status_updates", verbose_name=_("service request")
    )
    datetime = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("recorded"), default=clock.now, editable=False)
    status = models.CharField(_("status"), max_length=16, choices=PublicStatus)
    by_body = models.BooleanField(_("said by the body"), default=False)
    status_word = models.CharField(_("the body's word"), max_length=200, blank=True)
    status_notes = models.TextField(_("notes"), blank=True)
    is_comment = models.BooleanField(
        _("a comment"), default=False, help_text=_("Of somebody else, in the body's system.")
    )
    private = models.BooleanField(
        _("private"), default=False, help_text=_("For volunteers only; never shown or mailed.")
    )
    hidden = models.BooleanField(_("hidden"), default=False, help_text=_("Hidden from the public by a volunteer."))
    fingerprint = models.CharField(max_length=64, editable=False)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("status update")
        verbose_name_plural = _("status updates")
        ordering: ClassVar = ["datetime", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service_request", "fingerprint"], name="status_update_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.datetime:%Y-%m-%d %H:%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert, or change whether the line is shown; a TypeError for any other change of a row that is there."""
        if not self._state.adding and set(kwargs.get("update_fields") or ()) != {"hidden"}:
            raise TypeError("history is appended to, never edited")
        super().save(*args, **kwargs)
