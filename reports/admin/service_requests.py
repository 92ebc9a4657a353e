"""Service requests with all that belongs to them; a volunteer decides who may see one, and changes nothing else."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reports.admin import held
from reports.admin.comments import CommentInline, hide, show
from reports.admin.filters import JurisdictionFilter
from reports.admin.generic import ModelAdmin, TabularInline
from reports.admin.photos import MediaInline
from reports.admin.read_only import NOTHING, ReadOnly, ReadOnlyInline
from reports.delivery import disclosures, retention
from reports.models import Contact, Disclosure, ServiceRequest, StatusUpdate, Submission


class StatusUpdateInline(ReadOnlyInline, TabularInline[StatusUpdate, ServiceRequest]):
    """The history, oldest first."""

    model = StatusUpdate
    fields = ("datetime", "status", "by_body", "is_comment", "private", "hidden", "status_word", "status_notes")
    readonly_fields = fields


class SubmissionInline(ReadOnlyInline, TabularInline[Submission, ServiceRequest]):
    """Its ways to the body."""

    model = Submission
    fields = ("endpoint_name", "state", "reason", "service_request_id", "token", "due_at", "posts")
    readonly_fields = fields
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        """With the endpoints' names, without the boundaries."""
        rows = super().get_queryset(request).select_related("endpoint__jurisdiction")
        return rows.defer("endpoint__jurisdiction__boundary")

    @admin.display(description=_("endpoint"))
    def endpoint_name(self, submission: Submission) -> str:
        """The endpoint."""
        return str(submission.endpoint)


class ContactInline(ReadOnlyInline, TabularInline[Contact, ServiceRequest]):
    """Who filed it; shown to those with the permission `reports.view_contact`."""

    model = Contact
    fields = ("email", "first_name", "last_name", "phone", "pass_on", "endpoint_name")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        """With the endpoint's name, without the boundary."""
        rows = super().get_queryset(request).select_related("endpoint__jurisdiction")
        return rows.defer("endpoint__jurisdiction__boundary")

    @admin.display(description=_("agreed to for"))
    def endpoint_name(self, contact: Contact) -> str:
        """The one that the consent named."""
        return str(contact.endpoint or NOTHING)


class DisclosureInline(ReadOnlyInline, TabularInline[Disclosure, ServiceRequest]):
    """Which details went to whom; stays when the details are gone."""

    model = Disclosure
    fields = ("disclosed_at", "endpoint_name", "details")
    readonly_fields = fields
    verbose_name_plural = _("Who received which contact details")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Disclosure]:
        """With the endpoints' names, without the boundaries."""
        rows = super().get_queryset(request).select_related("endpoint__jurisdiction")
        return rows.defer("endpoint__jurisdiction__boundary")

    @admin.display(description=_("endpoint"))
    def endpoint_name(self, disclosure: Disclosure) -> str:
        """To whom."""
        return str(disclosure.endpoint)

    @admin.display(description=_("which details"))
    def details(self, disclosure: Disclosure) -> str:
        """Their names in words."""
        return disclosures.named(disclosure.fields)


@admin.register(ServiceRequest)
class ServiceRequestAdmin(ModelAdmin[ServiceRequest]):
    """What residents filed."""

    list_display = (
        "reference", "shown_service", "jurisdiction_name", "status", "number", "requested_datetime", "hidden",
        "private",
    )  # fmt: skip
    list_filter = (held.HeldFilter, "status", "hidden", "private", JurisdictionFilter)
    actions = (held.publish, held.hide)
    search_fields = ("reference", "submissions__service_request_id", "address_string", "service_name")
    search_help_text = _("Reference, the body's number, address or service")
    date_hierarchy = "requested_datetime"
    inlines = (SubmissionInline, StatusUpdateInline, CommentInline, MediaInline, ContactInline, DisclosureInline)
    list_per_page = 50
    show_full_result_count = False
    fieldsets = (
        (None, {
            "fields": ("reference", "on_the_site", "status", "duplicate_of", "hidden", "private", "held_at",
                       "held_because"),
        }),
        (_("What"), {"fields": ("service_name", "group", "service_code", "description_shown", "answers")}),
        (_("Where"), {"fields": ("address_string", "place_detail", "lat", "long", "place_meant")}),
        (_("Who answers"), {
            "fields": ("jurisdiction_name", "endpoint_name", "status_word", "status_notes", "agency_responsible",
                       "service_notice"),
        }),
        (_("When"), {"fields": ("requested_datetime", "updated_datetime", "expected_datetime")}),
        (_("Privacy"), {"fields": ("contact_gone", "taken_away_at")}),
        (_("Record"), {"fields": ("locale", "account", "service"), "classes": ("collapse",)}),
    )  # fmt: skip
    editable: ClassVar = {"hidden", "private"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[ServiceRequest]:
        """With names and numbers, without the boundaries."""
        return (
            super()
            .get_queryset(request)
            .select_related("jurisdiction", "endpoint")
            .defer("jurisdiction__boundary")
            .prefetch_related(Prefetch("submissions", Submission.objects.order_by("pk")))
        )

    def get_readonly_fields(self, request: HttpRequest, obj: ServiceRequest | None = None) -> tuple[str, ...]:
        """All but who may see it."""
        names = (name for _title, options in self.fieldsets for name in options["fields"])
        return tuple(str(name) for name in names if name not in self.editable)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Requests are filed on the site."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ServiceRequest | None = None) -> bool:
        """What was filed is never lost; what must not be seen is hidden."""
        return False

    @admin.display(description=_("service"), ordering="service_name")
    def shown_service(self, service_request: ServiceRequest) -> str:
        """The service's name when it was filed."""
        return service_request.service_name

    @admin.display(description=_("body"), ordering="jurisdiction__name")
    def jurisdiction_name(self, service_request: ServiceRequest) -> str:
        """Who answers."""
        return service_request.jurisdiction.name

    @admin.display(description=_("endpoint"))
    def endpoint_name(self, service_request: ServiceRequest) -> str:
        """Through which system."""
        return str(service_request.endpoint)

    @admin.display(description=_("the body's number"))
    def number(self, service_request: ServiceRequest) -> str:
        """Its number there, once it has one."""
        numbers = [each.service_request_id for each in service_request.submissions.all() if each.service_request_id]
        return ", ".join(numbers) or NOTHING

    @admin.display(description=_("contact details gone on"))
    def contact_gone(self, service_request: ServiceRequest) -> str:
        """The date as things stand; a dash where there are none."""
        until = retention.contact_until(service_request)
        return date_format(timezone.localtime(until), "DATE_FORMAT") if until else NOTHING

    @admin.display(description=_("on the site"))
    def on_the_site(self, service_request: ServiceRequest) -> SafeString:
        """The public page."""
        path = service_request.get_absolute_url()
        return format_html('<a href="{}">{}</a>', path, path)

    @admin.display(description=_("description"))
    def description_shown(self, service_request: ServiceRequest) -> SafeString:
        """The resident's words with their line breaks."""
        return format_html('<div class="words">{}</div>', service_request.description or NOTHING)

    @admin.display(description=_("answers"))
    def answers(self, service_request: ServiceRequest) -> SafeString | str:
        """Question and answer, line by line."""
        pairs = [
            (each["description"] or each["code"], ", ".join(value["name"] for value in each["values"]))
            for each in service_request.attributes
        ]
        return format_html_join("", '<div class="words"><strong>{}</strong> {}</div>', pairs) or NOTHING


@admin.register(StatusUpdate)
class StatusUpdateAdmin(ReadOnly, ModelAdmin[StatusUpdate]):
    """All history, newest first."""

    list_display = (
        "datetime", "service_request", "status", "by_body", "is_comment", "private", "hidden", "status_word",
        "recorded_at",
    )  # fmt: skip
    list_filter = ("status", "by_body", "is_comment", "private", "hidden")
    actions = (hide, show)
    list_select_related = ("service_request",)
    search_fields = ("service_request__reference",)
    date_hierarchy = "datetime"
    ordering = ("-datetime", "-pk")
    fields = (
        "service_request", "datetime", "recorded_at", "status", "by_body", "is_comment", "private", "hidden",
        "status_word", "status_notes",
    )  # fmt: skip
    list_per_page = 50
    show_full_result_count = False

    def has_hide_permission(self, request: HttpRequest) -> bool:
        """Whoever may change reports decides what of their history is shown; its words nobody changes."""
        return request.user.has_perm("reports.change_servicerequest")
