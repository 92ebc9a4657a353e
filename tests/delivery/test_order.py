"""The same rows in whatever order, however often and in whatever overlap: the same words, the same end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports import clock
from reports.delivery import applying, fingerprints
from reports.dialects.messages import Note, RequestStatus, Stage, Status
from reports.models import PublicStatus, ServiceRequest
from tests.factories import make_service_request, make_status_update, make_submission

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

STATUSES = st.sampled_from(
    [
        (Status.OPEN, Stage.NONE),
        (Status.OPEN, Stage.IN_PROGRESS),
        (Status.OPEN, Stage.SCHEDULED),
        (Status.CLOSED, Stage.NONE),
        (Status.CLOSED, Stage.REJECTED),
    ]
)
WORDS = st.sampled_from(["Crew scheduled", "Inspected", "Waiting for parts", "Delayed", "Done"])


@st.composite
def lives(draw: st.DrawFn) -> list[RequestStatus]:
    """What a body shows of one request over time: each row with a later date than the one before, and other words."""
    rows, hour = [], 0
    for words in draw(st.lists(WORDS, min_size=1, unique=True)):
        hour += draw(st.integers(1, 30))
        status, stage = draw(STATUSES)
        rows.append(
            RequestStatus(
                "24-1", status, status_word=status.value, stage=stage, status_notes=words,
                updated_datetime=EPOCH + hour * HOUR,
            )
        )  # fmt: skip
    return rows


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[RequestStatus], list[RequestStatus]]:
    """A life in its order, and the same rows shuffled and repeated."""
    rows = draw(lives())
    repeated = rows + draw(st.lists(st.sampled_from(rows), max_size=4))
    return rows, draw(st.permutations(repeated))


def after(rows: list[RequestStatus], start: datetime) -> list[RequestStatus]:
    """The rows as they are of a request that was filed at `start`."""
    return [replace(row, updated_datetime=start + ((row.updated_datetime or EPOCH) - EPOCH)) for row in rows]


def live(
    rows: list[RequestStatus], filed: datetime, off: timedelta = timedelta(0)
) -> tuple[str, list[str], list[datetime]]:
    """The status in the end, the words in their order without repetitions, and the times of the lines."""
    request = make_service_request(status=PublicStatus.ACCEPTED, requested_datetime=filed, updated_datetime=filed)
    make_status_update(request, status="accepted", datetime=filed)
    for row in after(rows, filed + off):
        applying.apply(request, row)
    request.refresh_from_db()
    lines = list(request.status_updates.all())
    words = [words for words, _lines in groupby(line.status_notes for line in lines if line.by_body)]
    return request.status, words, [line.datetime for line in lines]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries())
def test_shuffled_and_repeated_rows_end_as_they_do_in_their_order(
    both: tuple[list[RequestStatus], list[RequestStatus]],
) -> None:
    in_order, shuffled = both
    filed = clock.now() - timedelta(days=30)
    status, words, _times = live(in_order, filed)
    assert live(shuffled, filed)[:2] == (status, words)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries(), st.integers(-200, 200))
def test_no_line_is_from_before_the_filing_or_from_the_future_and_they_stand_in_order(
    both: tuple[list[RequestStatus], list[RequestStatus]], off: int
) -> None:
    filed = clock.now() - timedelta(days=3)
    _status, _words, times = live(both[1], filed, off * HOUR)
    assert times == sorted(times)
    assert times[0] >= filed
    assert times[-1] <= clock.now()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.integers(1, 60), WORDS, min_size=1, max_size=5), st.data())
def test_entries_are_each_one_line_in_whatever_parts_they_come(said: dict[int, str], data: st.DataObject) -> None:
    filed = clock.now() - timedelta(days=3)
    notes = [Note(words, filed + hours * HOUR, id=f"n{hours}") for hours, words in said.items()]
    request = make_service_request(status=PublicStatus.ACCEPTED, requested_datetime=filed)
    for _part in range(data.draw(st.integers(1, 4))):
        part = data.draw(st.lists(st.sampled_from(notes)))
        applying.apply(request, RequestStatus("24-1", Status.OPEN, notes=tuple(part), status_known=False))
    applying.apply(request, RequestStatus("24-1", Status.OPEN, notes=tuple(notes), status_known=False))
    lines = [(line.datetime, line.status_notes) for line in request.status_updates.all()]
    assert lines == sorted((note.datetime, note.text) for note in notes if note.datetime)


def test_a_late_entry_has_the_status_of_its_own_time() -> None:
    filed = clock.now() - timedelta(days=3)
    request = make_service_request(status=PublicStatus.ACCEPTED, requested_datetime=filed)
    make_status_update(request, status="accepted", datetime=filed)
    closed = RequestStatus("24-1", Status.CLOSED, updated_datetime=filed + 20 * HOUR)
    applying.apply(request, closed)
    late = RequestStatus(
        "24-1", Status.OPEN, updated_datetime=filed + 10 * HOUR, notes=(Note("Seen", filed + 9 * HOUR),)
    )
    applying.apply(request, late)
    assert [(line.status, line.status_notes) for line in request.status_updates.all()] == [
        ("accepted", ""), ("accepted", "Seen"), ("closed", ""),
    ]  # fmt: skip
    assert ServiceRequest.objects.get(pk=request.pk).status == PublicStatus.CLOSED


def test_what_comes_late_may_say_more_than_the_bare_open_that_overtook_it() -> None:
    filed = clock.now() - timedelta(days=3)
    request = make_service_request(status=PublicStatus.ACCEPTED, requested_datetime=filed)
    applying.apply(request, RequestStatus("24-1", Status.OPEN, updated_datetime=filed + 9 * HOUR))
    late = RequestStatus("24-1", Status.OPEN, stage=Stage.SCHEDULED, updated_datetime=filed + 5 * HOUR)
    applying.apply(request, late)
    request.refresh_from_db()
    assert request.status == PublicStatus.IN_PROGRESS


ROW = RequestStatus("24-1", Status.OPEN, notes=(Note("Seen", id="1"),), raw={"a": 1})


@pytest.mark.parametrize(
    "other",
    [
        replace(ROW, status=Status.CLOSED),
        replace(ROW, status_known=False),
        replace(ROW, status_word="Open"),
        replace(ROW, stage=Stage.SCHEDULED),
        replace(ROW, status_notes="Seen"),
        replace(ROW, agency_responsible="Streets"),
        replace(ROW, service_notice="Soon"),
        replace(ROW, duplicate_of="24-2"),
        replace(ROW, private=True),
        replace(ROW, token="t"),
        replace(ROW, service_request_id="24-2"),
        replace(ROW, updated_datetime=clock.now()),
        replace(ROW, requested_datetime=clock.now()),
        replace(ROW, expected_datetime=clock.now()),
        replace(ROW, notes=()),
        replace(ROW, notes=(Note("Seen", id="1", private=True),)),
        replace(ROW, notes=(Note("Seen", id="1", by_body=False),)),
        replace(ROW, notes=(Note("Seen", id="1", status=Status.CLOSED),)),
        replace(ROW, notes=(Note("Seen", id="1", type="opened"),)),
        replace(ROW, notes=(Note("Seen.", id="1"),)),
        replace(ROW, notes=(Note("Seen", clock.now(), id="1"),)),
    ],
)
def test_a_row_that_says_anything_else_has_another_fingerprint(other: RequestStatus) -> None:
    assert fingerprints.of_row(other) != fingerprints.of_row(ROW)


def test_what_is_not_taken_over_changes_no_fingerprint() -> None:
    same = replace(ROW, raw={"a": 2}, description="Another text", lat=1.0, long=2.0, address="1 Main Street")
    assert fingerprints.of_row(same) == fingerprints.of_row(ROW)
    assert len(fingerprints.of_row(replace(ROW, status_notes="\ud800 \0"))) == 64


def test_rows_taken_over_together_end_as_one_by_one() -> None:
    filed = clock.now() - timedelta(days=3)
    rows = [
        RequestStatus("1", Status.OPEN, status_word="open", updated_datetime=filed + HOUR),
        RequestStatus("2", Status.OPEN, status_word="open", agency_responsible="Streets", service_notice="Soon"),
        RequestStatus("3", Status.CLOSED, status_notes="Done", updated_datetime=filed + HOUR),
        RequestStatus("4", Status.OPEN, private=True),
        RequestStatus("5", Status.OPEN, notes=(Note("Seen", filed + HOUR),)),
        RequestStatus("6", Status.OPEN, agency_responsible="S" * 999, duplicate_of="7"),
    ]
    ends = []
    for together in (True, False):
        submissions = [
            make_submission(
                make_service_request(status=PublicStatus.ACCEPTED, requested_datetime=filed, updated_datetime=filed),
                state="delivered", service_request_id=row.service_request_id, sent_at=filed,
            )
            for row in rows
        ]  # fmt: skip
        pairs = list(zip(submissions, rows, strict=True))
        if together:
            applying.take_over(pairs)
        else:
            for submission, row in pairs:
                applying.apply(submission.request, row, submission.sent_at)
        requests = [ServiceRequest.objects.get(pk=submission.request_id) for submission in submissions]
        facts = [[getattr(request, name) for name in ("status", *applying.FACTS)] for request in requests]
        ends.append([facts, [[line.status_notes for line in each.status_updates.all()] for each in requests]])
    assert ends[0] == ends[1]
