"""The photos form: every file is judged for itself."""

from pathlib import Path

import pytest
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from reports.forms.media import MediaForm
from reports.models import Draft
from tests.factories import make_endpoint, make_jurisdiction
from tests.pictures import picture, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def post(*files) -> MediaForm:
    form = MediaForm(QueryDict(), MultiValueDict({"photos": list(files)}))
    assert form.is_valid()
    return form


def test_good_files_are_kept_and_bad_ones_named() -> None:
    draft = Draft.objects.create()
    form = post(upload(picture()), upload(b"text", "notes.jpg"), upload(picture("PNG", (9, 9)), "b.png"))
    assert form.store_in(draft) == 2
    assert draft.media.count() == 2
    assert [error for error in form.errors["photos"] if "notes.jpg" in error]


def test_no_file_is_fine() -> None:
    form = post()
    assert form.store_in(Draft.objects.create()) == 0
    assert form.answer() == {"seen": True}


def test_a_body_may_demand_a_photo() -> None:
    draft = Draft.objects.create()
    endpoint = make_endpoint(make_jurisdiction("Springfield"), options={"required": ["media_url"]})
    form = post()
    form.demand(draft, endpoint)
    assert "Springfield needs at least one photo" in str(form.errors["photos"])
    form = post(upload(picture()))
    form.store_in(draft)
    form.demand(draft, endpoint)
    assert not form.errors
