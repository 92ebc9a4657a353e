"""Drafts are changed in short transactions: what takes long comes before."""

import pytest
from django.db import connection

from reports.browsing import index
from reports.views import drafts
from tests.factories import LAT, LONG, make_service, make_service_request


@pytest.mark.django_db(transaction=True)
def test_a_process_that_has_just_begun_reads_the_reports_before_it_holds_the_lock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = make_service()
    row = make_service_request(service)
    place = {"lat": LAT, "long": LONG, "place_meant": "pin", "address_string": "", "place_detail": ""}
    draft = drafts.begin({"location": place, "service": {"service": service.pk}})
    read, within = index._columns, []

    def columns(*arguments: object) -> object:
        within.append(connection.in_atomic_block)
        return read(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(index, "_columns", columns)
    index.forget()
    found = drafts.look_round(draft)
    assert within == [False]
    assert found.answers["duplicates"]["found"] == [f"r{row.pk}"]
