"""What a page weighs and whether it keeps still, over the wire from the site as the public gets it."""

import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from reports.models import Service
from reports.sandbox import Sandbox
from tests.cities import make_city
from tests.resident import Resident
from tests.weighing import TILES, Weight, collect, public_site, weigh

WITH_MAP = 100_000  # bytes of the first question, all that its own site sends
WITHOUT_MAP = 25_000
STILL = 0.01


@pytest.fixture(scope="session")
def public_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return collect(tmp_path_factory.mktemp("static"))


@pytest.fixture
def public(public_files: Path, sandbox: Sandbox) -> Iterator[str]:
    """The public site's address, with Evanston answering."""
    make_city(sandbox, "evanston")
    with public_site(public_files) as url:
        yield url


def at_home(weight: Weight) -> bool:
    """Whether nobody but the site itself, and the tiles, was asked for anything."""
    hosts = {urlsplit(url).hostname for url in weight.urls if not url.startswith("data:")}
    return hosts <= {"127.0.0.1", TILES}


def test_the_first_question_with_its_map(public: str, browser: Browser) -> None:
    weight = weigh(browser, f"{public}/report/")
    assert any(TILES in url for url in weight.urls), "the map did not come"
    assert weight.total <= WITH_MAP, weight.bytes
    assert weight.cls < STILL, weight.shifts
    assert at_home(weight)


@pytest.mark.parametrize("path", ["/report/", "/es/report/"])
def test_the_first_question_without_scripts(public: str, browser: Browser, path: str) -> None:
    weight = weigh(browser, public + path, java_script_enabled=False)
    assert weight.of("Font"), "the typeface is part of it"
    assert weight.of("Script") == 0
    assert weight.total <= WITHOUT_MAP, weight.bytes
    assert at_home(weight)


def test_the_first_question_where_data_is_saved(public: str, browser: Browser) -> None:
    weight = weigh(browser, f"{public}/report/", extra_http_headers={"Save-Data": "on"})
    assert not any("leaflet" in url or TILES in url for url in weight.urls)
    assert weight.of("Font") == 0
    assert weight.total <= WITHOUT_MAP, weight.bytes
    assert weight.cls < STILL, weight.shifts


def test_every_question_keeps_still_and_asks_nobody_else(public: str, browser: Browser) -> None:
    for name, path in flow().items():
        weight = weigh(browser, public + path)
        assert weight.cls < STILL, (name, weight.shifts)
        assert at_home(weight), name
    for path in ("/", "/requests/", "/requests/map/", "/offline/", "/es/offline/"):
        weight = weigh(browser, public + path)
        assert weight.cls < STILL, (path, weight.shifts)
        assert at_home(weight), path


def flow() -> dict[str, str]:
    """The addresses of one unfinished report's pages, by page, and of a filed one's."""
    graffiti = Service.objects.get(service_name="Graffiti")
    resident = Resident().open("/report/?lat=42.0451&long=-87.6877").fill_in()
    pages = {"service": resident.url}
    resident.fill_in(service=str(graffiti.pk))
    for _page in range(8):
        found = re.search(r"/report/[^/]+/(\w+)/", resident.url)
        name = found[1] if found else ""
        if name in ("check", "done", ""):
            break
        pages[name] = resident.url
        resident.fill_in(**({"description": "Paint."} if name == "attributes" else {}))
    assert resident.heading == "Check your answers"
    return pages | {"check": resident.url}


def test_static_files_are_compressed_and_kept_for_ever(public: str) -> None:
    page = read(f"{public}/report/")
    addresses = re.findall(r'"(/static/[^"#]+)', page.decode())
    kinds = {Path(address).suffix for address in addresses}
    assert {".css", ".js", ".svg", ".woff2"} <= kinds
    for address in addresses:
        request = urllib.request.Request(public + address, headers={"Accept-Encoding": "gzip, br"})
        with urllib.request.urlopen(request) as answer:
            assert "immutable" in answer.headers["Cache-Control"], address
            if Path(address).suffix in (".css", ".js", ".svg", ".geojson"):
                assert answer.headers["Content-Encoding"] == "br", address


def test_modules_import_each_other_by_the_names_that_are_kept(public: str, public_files: Path) -> None:
    modules = [path for path in (public_files / "js").glob("*.js") if re.search(r"\.[0-9a-f]{12}\.js$", path.name)]
    imports = [
        found for path in modules for found in re.findall(r"""(?:from|import\()\s*"(\./[^"]+)""", path.read_text())
    ]
    assert len(imports) > 5
    assert all(re.search(r"\.[0-9a-f]{12}\.js$", name) for name in imports), imports


def test_the_joined_style_sheet_holds_all_that_it_names(public: str, public_files: Path) -> None:
    sheet = next((public_files / "css").glob("all.????????????.css")).read_text()
    assert "@import" not in sheet
    assert "@media print {" in sheet
    assert 'url("../vendor/atkinson-hyperlegible-next' in sheet
    for part in (".site-header", ".timeline", ".place", ".notice"):
        assert part in sheet


def read(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:
        body: bytes = answer.read()
    return body
