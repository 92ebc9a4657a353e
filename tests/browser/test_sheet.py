"""The sheet of paper, as Chromium prints it: one page of A4 and of Letter, however much there is to say."""

import re

from reports.models import Submission
from tests.browser.conftest import Opener
from tests.factories import make_service_request, make_submission

PAGE = re.compile(rb"/Type\s*/Page\b")  # not `/Pages`, which is the tree that they hang in (ISO 32000-1, 7.7.3)
LONG_NAME = "Department of Streets, Bridges and Public Ways of the Consolidated City and County"
WORDS = "A deep hole, which has been there for weeks.\n" * 40


def reported(words: str) -> Submission:
    request = make_service_request(
        description=words,
        address_string="1234 North Martin Luther King Junior Boulevard, Springfield, IL 62701",
        place_detail=" ".join(words.split())[:300],
        service_name="Pothole, or another defect of the surface of a street or of an alley",
    )
    request.jurisdiction.name = LONG_NAME
    request.jurisdiction.save()
    return make_submission(request, state="delivered", service_request_id="24-00001234567")


def test_it_is_one_page(site: str, open_browser: Opener) -> None:
    page = open_browser()
    for words in ("A hole.", WORDS, "a\n" * 300, "W" * 4000):
        page.goto(f"{site}/es/requests/{reported(words).request.reference}/sheet/")
        for paper in ("A4", "Letter"):
            assert len(PAGE.findall(page.pdf(format=paper))) == 1, (paper, words[:10])
