"""Photos of reports and of comments: looked at, deleted, or blacked out in part."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reports import media
from reports.admin import black_out
from reports.admin.generic import ModelAdmin, TabularInline
from reports.admin.read_only import NOTHING, ReadOnly, ReadOnlyInline
from reports.models import Comment, Media, ServiceRequest


class _Shown:
    """What lists and pages of photos have in common."""

    @admin.display(description=_("photo"))
    def picture(self, photo: Media) -> SafeString | str:
        """A small view that leads to the whole one; of hidden ones too, which volunteers have to see."""
        if not photo.file:
            return NOTHING
        address: Any = media.sealed_path(photo)
        return format_html('<a href="{0}"><img class="photo" src="{0}" alt="" loading="lazy"></a>', address)

    @admin.display(description=_("black out"))
    def black_out_link(self, photo: Media) -> SafeString | str:
        """Where parts of it are blacked out."""
        if not photo.file:
            return NOTHING
        address: Any = reverse("admin:reports_media_black_out", args=[photo.pk])
        return format_html('<a href="{}">{}</a>', address, _("Black out parts"))


class _PhotoInline(_Shown, ReadOnlyInline):
    fields = ("picture", "created_at", "redacted_at", "black_out_link")
    readonly_fields = fields
    show_change_link = True

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Without the link for those who may not follow it."""
        allowed = black_out.is_allowed(request)
        return tuple(name for name in self.fields if allowed or name != "black_out_link")


class MediaInline(_PhotoInline, TabularInline[Media, ServiceRequest]):  # type: ignore[misc]  # `get_fields` answers a tuple
    """The photos of a report."""

    model = Media


class CommentPhotoInline(_PhotoInline, TabularInline[Media, Comment]):  # type: ignore[misc]  # as above
    """The photos of a comment."""

    model = Media


@admin.register(Media)
class MediaAdmin(_Shown, ReadOnly, ModelAdmin[Media]):
    """Photos. Deleting one takes the file away too; bodies that were given its address find nothing there."""

    actions = ()  # deleting many at once; read-only lists have no actions at all
    list_display = ("picture", "belongs_to", "created_at", "redacted_at", "black_out_link")
    list_select_related = ("service_request", "comment__service_request")
    list_filter = (
        ("service_request", admin.EmptyFieldListFilter),
        ("comment", admin.EmptyFieldListFilter),
        ("redacted_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("service_request__reference", "comment__service_request__reference")
    date_hierarchy = "created_at"
    fields = (
        "picture", "black_out_link", "service_request", "comment", "draft", "width", "height", "created_at",
        "redacted_at",
    )  # fmt: skip
    readonly_fields = fields
    list_per_page = 20
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        """With the page where parts are blacked out."""
        page = self.admin_site.admin_view(self.black_out)
        return [path("<int:pk>/black-out/", page, name="reports_media_black_out"), *super().get_urls()]

    def black_out(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Parts of a photo painted over, for good."""
        return black_out.page(self, request, pk)

    def has_delete_permission(self, request: HttpRequest, obj: Media | None = None) -> bool:  # type: ignore[override]  # Django leaves the argument out for inlines
        return ModelAdmin.has_delete_permission(self, request, obj)

    def delete_model(self, request: HttpRequest, obj: Media) -> None:
        """Row and file."""
        media.remove(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Media]) -> None:
        """Rows and files."""
        for photo in queryset:
            media.remove(photo)

    @admin.display(description=_("report"))
    def belongs_to(self, photo: Media) -> str:
        """The report that it came with, or that was commented on with it."""
        request = photo.comment.service_request if photo.comment else photo.service_request
        return request.reference if request else NOTHING
