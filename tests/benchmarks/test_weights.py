"""What each page weighs over the wire and how soon it stands: on this machine, and four times slower on slow 4G.

Prints a table.

The bytes are the same on every run (tests/browser/test_weight.py holds them to their marks); the milliseconds are not.
"""

import itertools

import pytest
from playwright.sync_api import Browser

from reports.models import ServiceRequest
from reports.sandbox import Sandbox
from tests.benchmarks.figures import PYTEST
from tests.browser.conftest import browser  # noqa: F401 (a fixture)
from tests.browser.test_weight import flow
from tests.cities import file_report, make_city
from tests.weighing import Weight, collect, public_site, weigh

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
KINDS = (("Document",), ("Stylesheet",), ("Script",), ("Font",))
HEAD = (
    "| page | requests | HTML | CSS | JS | font | other | KB | LCP, CLS, blocked | the same on slow 4G, processor / 4 |"
)


def test_weights(browser: Browser, sandbox: Sandbox, tmp_path) -> None:  # noqa: F811 (the fixture)
    filed = file_report(make_city(sandbox, "evanston")).request
    assert isinstance(filed, ServiceRequest)
    pages = {
        "first question": ("/report/", {}),
        "first question, no JavaScript": ("/report/", {"java_script_enabled": False}),
        "first question, data saved": ("/report/", {"extra_http_headers": {"Save-Data": "on"}}),
        **{name: (path, {}) for name, path in flow().items()},
        "a report": (filed.get_absolute_url(), {}),
        "front page": ("/", {}),
        "list": ("/requests/", {}),
        "map": ("/requests/map/", {}),
        "without a connection": ("/offline/", {}),
    }
    lines = [HEAD, "|" + "---|" * HEAD.count(" | ") + "---|"]
    with public_site(collect(tmp_path / "static")) as url:
        for name, (path, options) in pages.items():
            usual, slow = (weigh(browser, url + path, slow=slow, **options) for slow in (False, True))
            lines.append(line(name, usual, slow))
            assert usual.total > 0
    print("\n" + "\n".join(lines) + f"\n\n{PYTEST} tests/benchmarks/test_weights.py")


def line(name: str, usual: Weight, slow: Weight) -> str:
    """One row: kilobytes (1000 bytes) by kind and together, without the map's tiles."""
    known = [usual.of(*kinds) for kinds in KINDS]
    sizes = [*known, usual.total - sum(known), usual.total]
    times = [f"{each.lcp:.0f} ms, {each.cls:.3f}, {each.blocked:.0f} ms" if each.lcp else "" for each in (usual, slow)]
    return (
        "| "
        + " | ".join(itertools.chain([name, str(usual.fetched)], (f"{size / 1000:.1f}" for size in sizes), times))
        + " |"
    )
