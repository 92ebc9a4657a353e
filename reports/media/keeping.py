"""Photos kept: on a draft one by one as they arrive, on a comment all at once; and taken away, row and file."""

from collections.abc import Iterable

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.media.picture import PhotoRefused, Picture, reencode
from reports.models import Comment, Draft, Media


def store(upload: "UploadedFile[bytes]", draft: Draft) -> Media:
    """Keep an uploaded photo on a draft as a JPEG without metadata, and give back its row.

    PhotoRefused with a plain sentence for a file that is too large, is no photo, is damaged, or is one too many.
    The same photo sent twice is kept once. `lat` and `long` of the row are where the camera says it was.
    """
    picture = reencode(upload)
    with transaction.atomic():
        Draft.objects.select_for_update().get(pk=draft.pk)
        kept = list(draft.media.all())
        for photo in kept:
            if photo.sha256 == picture.sha256:
                return photo
        if len(kept) >= settings.PHOTOS_MAX:
            raise PhotoRefused(no_room(upload.name or _("The file")))
        lat, long = picture.place or (None, None)
        position = max((photo.position for photo in kept), default=0) + 1
        file = ContentFile(picture.content, "photo.jpg")
        return Media.objects.create(
            draft=draft, file=file, sha256=picture.sha256, position=position, lat=lat, long=long
        )


def store_on_comment(pictures: Iterable[Picture], comment: Comment) -> list[Media]:
    """Keep the photos of a comment that was just written, each once; where they were taken is not kept.

    Call it in the transaction that writes the comment.
    """
    different = {picture.sha256: picture for picture in pictures}
    return [
        Media.objects.create(
            comment=comment,
            file=ContentFile(picture.content, "photo.jpg"),
            sha256=picture.sha256,
            position=position,
        )
        for position, picture in enumerate(different.values(), 1)
    ]


def no_room(name: str) -> str:
    """What is said of a photo too many."""
    return ngettext(
        "“%(name)s” was not added: there is room for %(most)d photo.",
        "“%(name)s” was not added: there is room for %(most)d photos.",
        settings.PHOTOS_MAX,
    ) % {"name": name, "most": settings.PHOTOS_MAX}


def remove(media: Media) -> None:
    """Delete a photo, row and file."""
    with transaction.atomic():
        media.delete()
        transaction.on_commit(lambda: media.file.delete(save=False))
