"""The site as the public gets it (static files hashed, compressed, kept for ever), and what a browser fetches of it."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser

PUBLIC_FILES: Final = {"BACKEND": "civic.static_files.PublicStaticFiles"}
SLOW: Final = {"offline": False, "latency": 150, "downloadThroughput": 204_800, "uploadThroughput": 93_750}  # slow 4G
TILES: Final = str(urlsplit(settings.TILES_URL).hostname)  # the map's background: answered here, and weighs nothing
TILE: Final = base64.b64decode("R0lGODlhAQABAAAAACwAAAAAAQABAAA=")
QUIET: Final = 400  # milliseconds without a request, after which nothing more comes
OBSERVE: Final = """
window.seen = {lcp: 0, cls: 0, blocked: 0, shifts: []};
const watch = (type, act) =>
  new PerformanceObserver((list) => list.getEntries().forEach(act)).observe({type, buffered: true});
watch("largest-contentful-paint", (entry) => (seen.lcp = entry.startTime));
watch("layout-shift", (entry) => {
  if (entry.hadRecentInput) return;
  seen.cls += entry.value;
  seen.shifts.push(entry.sources.map(({node}) => node?.outerHTML?.slice(0, 90) ?? String(node)));
});
watch("longtask", (entry) => (seen.blocked += Math.max(0, entry.duration - 50)));
"""


@dataclass
class Weight:
    """What one page took: bytes over the wire, headers included, by kind; and the browser's own timings."""

    bytes: dict[str, int] = field(default_factory=dict)
    urls: list[str] = field(default_factory=list)
    lcp: float = 0  # milliseconds to the largest paint
    cls: float = 0  # cumulative layout shift
    blocked: float = 0  # milliseconds of long tasks beyond 50 each
    shifts: list[list[str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.bytes.values())

    @property
    def fetched(self) -> int:
        """Requests to the site itself."""
        return sum(urlsplit(url).hostname == "127.0.0.1" for url in self.urls)

    def of(self, *kinds: str) -> int:
        """Bytes of these kinds, as the browser names them (Document, Stylesheet, Script, Font, Image, Fetch)."""
        return sum(self.bytes.get(kind, 0) for kind in kinds)


def collect(folder: Path) -> Path:
    """Collect static files for the public into the folder, without those that only the admin needs."""
    with override_settings(STATIC_ROOT=str(folder), STORAGES=_storages()):
        call_command(
            "collectstatic",
            interactive=False,
            verbosity=0,
            ignore_patterns=["leaflet-src.js", "draw", "proj4*", "admin", "screenshot.png"],
        )
    return folder


@contextmanager
def public_site(folder: Path, **changed: Any) -> Iterator[str]:
    """The site with what `collect` made, WhiteNoise serving it; gives its address."""
    with override_settings(STATIC_ROOT=str(folder), STORAGES=_storages(), **changed):
        server = LiveServerThread("127.0.0.1", static_handler=lambda application: application)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        if server.error:
            raise server.error
        try:
            yield f"http://127.0.0.1:{server.port}"
        finally:
            server.terminate()


def weigh(browser: Browser, url: str, *, slow: bool = False, width: int = 360, **options: Any) -> Weight:
    """Open the page in a new browser with nothing kept. `slow`: a processor a quarter as fast, on slow 4G."""
    context = browser.new_context(viewport={"width": width, "height": 740}, service_workers="block", **options)
    page = context.new_page()
    page.route(lambda address: urlsplit(address).hostname == TILES, lambda route: route.fulfill(body=TILE))
    debugger = context.new_cdp_session(page)
    debugger.send("Network.enable")
    if slow:
        debugger.send("Network.emulateNetworkConditions", SLOW)
        debugger.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    kinds: dict[str, str] = {}
    weight = Weight()

    def sent(event: dict[str, Any]) -> None:
        url = event["request"]["url"]
        weight.urls.append(url)
        if urlsplit(url).hostname != TILES:
            kinds[event["requestId"]] = event.get("type", "Other")

    def came(event: dict[str, Any]) -> None:
        if event["requestId"] not in kinds:
            return
        kind = kinds[event["requestId"]]
        weight.bytes[kind] = weight.bytes.get(kind, 0) + round(event["encodedDataLength"])

    debugger.on("Network.requestWillBeSent", sent)
    debugger.on("Network.loadingFinished", came)
    page.add_init_script(OBSERVE)
    page.goto(url, wait_until="networkidle")
    page.wait_for_timeout(QUIET)
    if options.get("java_script_enabled", True):
        seen = page.evaluate("seen")
        weight.lcp, weight.cls, weight.blocked, weight.shifts = (
            seen["lcp"],
            seen["cls"],
            seen["blocked"],
            seen["shifts"],
        )
    context.close()
    return weight


def _storages() -> dict[str, Any]:
    return settings.STORAGES | {"staticfiles": PUBLIC_FILES}
