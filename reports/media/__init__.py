"""Photos: taken in, made plain, kept, given an address, and blacked out in part. Nothing else touches their files."""

from reports.media.addresses import behind, is_sealed, media_url, sealed_path
from reports.media.keeping import no_room, remove, store, store_on_comment
from reports.media.picture import PhotoRefused, Picture, reencode, smaller
from reports.media.redaction import BlackOutRefused, ChangedMeanwhile, Rectangle, black_out

__all__ = [
    "BlackOutRefused",
    "ChangedMeanwhile",
    "PhotoRefused",
    "Picture",
    "Rectangle",
    "behind",
    "black_out",
    "is_sealed",
    "media_url",
    "no_room",
    "reencode",
    "remove",
    "sealed_path",
    "smaller",
    "store",
    "store_on_comment",
]
