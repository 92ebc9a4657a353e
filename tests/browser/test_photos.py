"""Photos in a real browser: made small and upright there, their place kept; several at once; failed and tried again."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from reports import callers
from reports.forms import media as forms
from reports.links import draft_key
from reports.media import store
from reports.models import Draft, Media
from tests.browser.conftest import Opener, accessibility_findings, picture
from tests.factories import make_endpoint, make_jurisdiction, make_service
from tests.media.test_heic import half_red, heic
from tests.pictures import CHICAGO, exif
from tests.pictures import picture as encoded

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address(live_server: Any, settings: Any, tmp_path: Path) -> str:
    """The photos page of a draft whose other questions are answered."""
    callers.forget_limits()
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.SITE_URL, settings.GEOCODER_URL, settings.PHOTO_LONGEST_SIDE = live_server.url, "", 400
    service = make_service(make_endpoint(make_jurisdiction("Springfield")))
    answers = {
        "location": {"lat": 39.78, "long": -89.65, "address_string": "12 Main Street", "place_meant": "point"},
        "service": {"service": service.pk, "definition_hash": service.definition_hash, "endpoint": service.endpoint_id},
        "duplicates": {"seen": True, "looked": [service.pk], "choice": "different"},
        "attributes": {"description": "A hole.", "definition_hash": service.definition_hash, "service": service.pk},
    }
    draft = Draft.objects.create(answers=answers)
    return f"{live_server.url}/report/{draft_key(draft)}/media/"


def jpeg(size: tuple[int, int] = (1600, 1200), **options: Any) -> bytes:
    return encoded("JPEG", size, quality=95, **options)


def file(name: str, content: bytes, kind: str = "image/jpeg") -> dict[str, Any]:
    return {"name": name, "mimeType": kind, "buffer": content}


def choose(page: Page, *files: dict[str, Any]) -> None:
    page.locator("input[type=file]").set_input_files(list(files))


@pytest.fixture
def arrived(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The photos as they reach the server, which runs in this process."""
    bodies: list[bytes] = []

    def watched(upload: Any, draft: Draft) -> Media:
        bodies.append(upload.read())
        upload.seek(0)
        return store(upload, draft)

    monkeypatch.setattr(forms, "store", watched)
    return bodies


def test_a_photo_is_made_small_and_upright_and_keeps_its_place(
    address: str, open_browser: Opener, arrived: list[bytes]
) -> None:
    page = open_browser(width=360)
    page.goto(address)
    whole = jpeg(exif=exif(6, gps=CHICAGO))
    choose(page, file("hole.jpg", whole))
    expect(page.get_by_alt_text("Your photo 1")).to_be_visible()
    expect(page.locator("[data-progress]")).to_have_text("Photos added: 1 of 1.")
    [body] = arrived
    sent = Image.open(io.BytesIO(body))
    assert sent.size == (300, 400)  # upright, the longest side as the server has it
    assert len(body) < len(whole)
    assert b"Spycam" not in body
    photo = Media.objects.get()
    assert (photo.width, photo.height) == (300, 400)
    assert (photo.lat, photo.long) == (pytest.approx(41.8837, abs=1e-4), pytest.approx(-87.6325, abs=1e-4))
    with photo.file.open() as kept:
        red, _green, blue = Image.open(kept).getpixel((150, 20))
    assert red > 200 > blue  # the left half of the sensor's picture is the upper one now
    page.reload()
    expect(page.get_by_role("link", name="Use this place")).to_be_visible()
    expect(page.locator(".photo-place")).to_contain_text("km away from the place you gave")
    picture(page, "360-photo-place")
    assert accessibility_findings(page) == []


def test_several_at_once_and_a_heic_as_it_is(address: str, open_browser: Opener, arrived: list[bytes]) -> None:
    page = open_browser()
    page.goto(address)
    original = heic(half_red((900, 600)))
    choose(
        page, file("one.jpg", jpeg()), file("IMG_2.HEIC", original, "image/heic"), file("three.jpg", jpeg((800, 900)))
    )
    expect(page.locator("[data-progress]")).to_have_text("Photos added: 3 of 3.")
    expect(page.locator(".photos img")).to_have_count(3)
    assert len(arrived) == 3
    assert arrived[1] == original
    assert [(each.width, each.height) for each in Media.objects.order_by("position")] == [
        (400, 300),
        (400, 267),
        (356, 400),
    ]
    expect(page.locator("input[type=file]")).to_be_hidden()
    expect(page.locator("[data-full]")).to_be_visible()
    picture(page, "1280-photos-full")


def test_one_that_fails_is_kept_and_tried_again(address: str, open_browser: Opener) -> None:
    page = open_browser(width=360, color_scheme="dark")
    page.goto(address)

    def away(route: Route) -> None:
        route.abort() if route.request.method == "POST" else route.continue_()

    page.route("**/media/", away)
    choose(page, file("hole.jpg", jpeg()))
    failed = page.locator(".upload--failed")
    expect(failed).to_contain_text("It could not be added.")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".field__error[data-said]")).to_contain_text("Try it again or cancel it")
    expect(page.get_by_role("button", name="Try again")).to_be_focused()
    picture(page, "360-dark-photo-failed")
    assert accessibility_findings(page) == []
    page.unroute("**/media/")
    page.keyboard.press("Enter")
    expect(page.get_by_alt_text("Your photo 1")).to_be_visible()
    assert Media.objects.count() == 1


def test_what_is_no_photo_is_named_and_the_others_are_added(address: str, open_browser: Opener) -> None:
    page = open_browser()
    page.goto(address)
    choose(page, file("notes.jpg", b"only words"), file("hole.jpg", jpeg()))
    expect(page.locator(".upload--failed")).to_contain_text("“notes.jpg” is not a photo that we can read.")
    expect(page.locator("[data-progress]")).to_have_text("Photos added: 1 of 2.")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".upload")).to_have_count(0)
    page.get_by_role("button", name="Continue").click()
    expect(page).not_to_have_url(address)


def test_continue_waits_for_what_is_on_its_way(address: str, open_browser: Opener, settings: Any) -> None:
    page = open_browser()
    page.goto(address)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route) if route.request.method == "POST" and not held else route.continue_()

    page.route("**/media/", hold)
    choose(page, file("hole.jpg", jpeg()))
    expect(page.locator(".upload__state")).to_have_text("Being added")
    expect(page.locator(".upload img")).to_be_visible()
    picture(page, "1280-photo-on-its-way")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("[data-progress]")).to_contain_text("Your photos are still being added.")
    held[0].continue_()
    expect(page).not_to_have_url(address)
    assert Media.objects.count() == 1


def test_a_refused_step_loses_no_photo(address: str, open_browser: Opener, settings: Any) -> None:
    settings.STEPS_PER_MINUTE = 1
    page = open_browser()
    page.goto(address)
    choose(page, file("one.jpg", jpeg()), file("two.jpg", jpeg((900, 900))))
    expect(page.locator(".upload--failed")).to_contain_text("That was a lot at once.")
    callers.forget_limits()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".photos img")).to_have_count(2)


def test_the_same_photo_twice_is_one(address: str, open_browser: Opener) -> None:
    page = open_browser(width=360)
    page.goto(address)
    choose(page, file("one.jpg", jpeg()), file("once-more.jpg", jpeg()))
    expect(page.locator("[data-progress]")).to_have_text(
        "Photos added: 1 of 1. A photo that is here already is not added again."
    )
    expect(page.locator(".photos img")).to_have_count(1)
    expect(page.locator(".upload")).to_have_count(0)
    assert Media.objects.count() == 1


def test_dropped_photos_and_one_too_many(address: str, open_browser: Opener, settings: Any) -> None:
    settings.PHOTOS_MAX = 1
    page = open_browser()
    page.goto(address)
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          for (const name of ["a.jpg", "b.jpg"]) data.items.add(new File(["no photo"], name, {type: "image/jpeg"}));
          const drop = new DragEvent("drop", {dataTransfer: data, bubbles: true});
          document.querySelector("[data-drop]").dispatchEvent(drop);
        }"""
    )
    expect(page.locator(".field__error[data-said]")).to_contain_text("There is room for 1 more photo.")
    expect(page.locator(".upload--failed")).to_have_count(1)


BROKEN_EXIF = [
    b"",
    b"MM\x00*\xff\xff\xff\xff",
    b"II*\x00\x08\x00\x00\x00\xff\xff" + b"\x25\x88\x04\x00" * 9,
    b"MM" * 50,
]


def test_the_reader_of_places_never_fails(address: str, open_browser: Opener) -> None:
    page = open_browser()
    page.goto(address)
    path = page.locator("script[src*='js/media']").get_attribute("src") or ""
    for tiff in BROKEN_EXIF:
        segment = b"Exif\0\0" + tiff
        content = b"\xff\xd8\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + jpeg()[2:]
        for cut in (len(content), 30, 12, 3, 0):
            found = page.evaluate(
                """async ([path, bytes]) => {
                  const { placeIn } = await import(path);
                  return placeIn(new Uint8Array(bytes).buffer);
                }""",
                [path.replace("media.js", "exif.js"), list(content[:cut][:400])],
            )
            assert found is None
