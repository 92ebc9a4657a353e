"""`manage.py import_districts FILE --jurisdiction SLUG`: a body's wards or districts from one GeoJSON file."""

from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.text import slugify

from reports.browsing.watch_areas import reshape
from reports.geo import boundaries
from reports.geo.boundaries import BoundaryError
from reports.management.commands.import_boundaries import LONGEST_NAME, LONGEST_SLUG, LONGEST_SOURCE, read_features
from reports.models import District, Jurisdiction


class Command(BaseCommand):
    """New names become districts; of those that are there only the boundary changes. All or nothing."""

    help = "Import the features of a GeoJSON FeatureCollection (.geojson or .geojson.gz) as districts of one body."

    def add_arguments(self, parser: CommandParser) -> None:
        """See `--help`."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--jurisdiction", required=True, metavar="SLUG", help="the body whose districts they are")
        parser.add_argument("--name-field", default="name", metavar="NAME", help="the property that holds the name")
        parser.add_argument("--source", default="", help="where the boundaries come from (default: the file's name)")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Read everything, then write everything."""
        body = Jurisdiction.objects.filter(slug=options["jurisdiction"].replace("\0", "")).defer("boundary").first()
        if body is None:
            raise CommandError(f"No jurisdiction has the slug “{options['jurisdiction']}”.")
        source = (options["source"] or file.name)[:LONGEST_SOURCE]
        found: dict[str, District] = {}
        for number, feature in enumerate(read_features(file), 1):
            district = _district(number, feature, options["name_field"])
            if district.slug in found:
                raise CommandError(
                    f"Feature {number}: another one is called “{district.name}” too; nothing was imported."
                )
            district.jurisdiction, district.boundary_source = body, source
            found[district.slug] = district
        if not found:
            raise CommandError(f"{file} has no features; nothing was imported.")
        added, updated = _save(body, found)
        self.stdout.write(f"{added} added, {updated} updated.")


_NOTHING: Final = "; nothing was imported."


def _district(number: int, feature: Any, name_field: str) -> District:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    value = properties.get(name_field) if isinstance(properties, dict) else None
    name = " ".join(str(value).split()) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    slug = slugify(name)
    if not name or len(name) > LONGEST_NAME or not slug or len(slug) > LONGEST_SLUG or "\0" in name:
        raise CommandError(f"Feature {number} has no usable name in “{name_field}”{_NOTHING}")
    try:
        boundary = boundaries.clean(feature)
    except BoundaryError as error:
        raise CommandError(f"Feature {number} ({name}): {error} Nothing was imported.") from error
    return District(name=name, slug=slug, boundary=boundary.multipolygon)


def _save(body: Jurisdiction, found: dict[str, District]) -> tuple[int, int]:
    """Of those that are watched the areas get the new shape; CommandError, and nothing, where one cannot have it."""
    with transaction.atomic():
        known = {each.slug: each for each in District.objects.filter(jurisdiction=body, slug__in=found)}
        District.objects.bulk_create([each for slug, each in found.items() if slug not in known])
        for slug, there in known.items():
            there.boundary, there.boundary_source = found[slug].boundary, found[slug].boundary_source
            there.save(update_fields=["boundary", "boundary_source"])
        for there in known.values():  # when all have theirs: an area may be of several
            try:
                reshape(there)
            except BoundaryError as error:  # areas of several districts, which together have too many corners
                raise CommandError(
                    f"Areas that are watched with “{there.name}”: {error} Nothing was imported."
                ) from error
    return len(found) - len(known), len(known)
