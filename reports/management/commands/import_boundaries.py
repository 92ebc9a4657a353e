"""`manage.py import_boundaries FILE`: many jurisdictions from one GeoJSON file, in one transaction."""

import gzip
import json
import zlib
from argparse import ArgumentTypeError
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zoneinfo import available_timezones

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.text import slugify
from tqdm import tqdm

from reports.geo.boundaries import BoundaryError, set_boundary
from reports.models import Jurisdiction

BATCH: Final = 500
LONGEST_SLUG: Final = 80
LONGEST_NAME: Final = 200
LONGEST_SOURCE: Final = 300
UPDATED: Final = ["boundary", "area", "boundary_source", "updated_at"]
UNREADABLE: Final = (OSError, EOFError, zlib.error, ValueError, RecursionError)  # JSON and encoding are ValueErrors


@dataclass(frozen=True, slots=True)
class Named:
    """A feature with the name and the slug that it is to have; either is empty where none can be made."""

    name: str
    slug: str
    feature: object


class Command(BaseCommand):
    """New slugs become jurisdictions; of those that are there only the boundary changes. All or nothing."""

    help = "Import the features of a GeoJSON FeatureCollection (.geojson or .geojson.gz) as jurisdictions."

    def add_arguments(self, parser: CommandParser) -> None:
        """See `--help`."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--name-property", default="name", help="the property that holds the name")
        parser.add_argument("--slug-prefix", default="", help="put before every slug, such as county-")
        parser.add_argument("--time-zone", type=_time_zone, default="UTC", help="of new jurisdictions")
        parser.add_argument("--source", default="", help="where the boundaries come from (default: the file's name)")
        parser.add_argument("--inactive", action="store_true", help="new jurisdictions answer nowhere yet")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done and do nothing")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Read everything, then write everything."""
        features = read_features(file)
        good: dict[str, Jurisdiction] = {}
        for each in tqdm(_named(features, options), total=len(features), disable=None, unit=" features"):
            try:
                if each.slug in good:
                    raise BoundaryError(f"another feature of the file has the same name and place (“{each.slug}”)")
                good[each.slug] = _jurisdiction(each, options, options["source"] or file.name)
            except BoundaryError as error:
                self.stderr.write(f"Skipped {each.name or 'a feature without a name'}: {error}")
        if not good:
            raise CommandError(f"{file}: none of its {len(features)} features can be used; nothing was imported.")
        there = sum(slug in good for slug in Jurisdiction.objects.values_list("slug", flat=True))
        if not options["dry_run"]:
            _save(list(good.values()))
        self.stdout.write(
            f"{'Dry run: ' if options['dry_run'] else ''}{len(good) - there} added, {there} updated, "
            f"{len(features) - len(good)} skipped."
        )


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ArgumentTypeError(f"“{name}” is not a time zone such as America/Chicago")
    return name


def read_features(file: Path) -> list[Any]:
    """The features of a GeoJSON FeatureCollection, which may be compressed; CommandError where it is none."""
    try:
        content = file.read_bytes()
        collection = json.loads(gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content)
    except UNREADABLE as error:
        raise CommandError(f"{file} cannot be read; nothing was imported: {error}") from error
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list) or collection.get("type") != "FeatureCollection":
        raise CommandError(f"{file} is not a GeoJSON FeatureCollection; nothing was imported.")
    return features


def _named(features: list[Any], options: dict[str, Any]) -> Iterator[Named]:
    """Slugs of name and state; where features of the file share those, the Census's `geoid` tells them apart.

    Features are taken out of the list as they are handed on, since a country's worth of them fills the memory.
    """
    described = []
    for feature in features:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        properties = properties if isinstance(properties, dict) else {}
        name = _text(properties, options["name_property"])
        slug = _slug(options["slug_prefix"], name, _text(properties, "state"))
        described.append((name, slug, _text(properties, "geoid")))
    times = Counter(slug for _name, slug, _geoid in described)
    for number, (name, slug, geoid) in enumerate(described):
        feature, features[number] = features[number], None
        yield Named(name, _slug(slug, geoid) if geoid and times[slug] > 1 else slug, feature)


def _text(properties: dict[str, Any], name: str) -> str:
    value = properties.get(name)
    return " ".join(str(value).split()) if isinstance(value, str | int) else ""


def _slug(*parts: str) -> str:
    slug = slugify(" ".join(part for part in parts if part))
    return slug if len(slug) <= LONGEST_SLUG else ""


def _jurisdiction(named: Named, options: dict[str, Any], source: str) -> Jurisdiction:
    if not named.name or len(named.name) > LONGEST_NAME:
        raise BoundaryError(f"it has no “{options['name_property']}” of 1 to {LONGEST_NAME} characters")
    if not named.slug:
        raise BoundaryError(f"no address of 1 to {LONGEST_SLUG} letters can be made of its name")
    jurisdiction = Jurisdiction(
        name=named.name, slug=named.slug, time_zone=options["time_zone"], active=not options["inactive"]
    )
    set_boundary(jurisdiction, named.feature, source[:LONGEST_SOURCE])
    return jurisdiction


def _save(jurisdictions: list[Jurisdiction]) -> None:
    with transaction.atomic():
        Jurisdiction.objects.bulk_create(
            jurisdictions, batch_size=BATCH, update_conflicts=True, unique_fields=["slug"], update_fields=UPDATED
        )
