"""The command that reads a recorded answer."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

HERE = Path(__file__).parents[1] / "payloads" / "georeport_v2"


def replay(operation: str, file: str | Path, **options: Any) -> Any:
    out = StringIO()
    path = str(HERE / file)
    call_command("replay_payload", path, dialect="georeport_v2", operation=operation, stdout=out, **options)
    return json.loads(out.getvalue())


def test_services_are_printed():
    found = replay("services", "services-mixed-codes.json")
    assert [each["service_code"] for each in found] == ["ROW-12", "40211", "Dept:Reason's:A/B (x)"]
    assert found[0]["type"] == "batch"
    assert "raw" not in found[0]


def test_the_parsed_row_is_printed_when_asked_for():
    assert replay("services", "services-mixed-codes.json", raw=True)[1]["raw"]["service_code"] == 40211


def test_dates_without_a_zone_take_the_given_one():
    found = replay("requests", "requests-soap-dates.xml", time_zone="America/Los_Angeles")
    assert found[0]["requested_datetime"] == "2012-05-23T06:57:23.970000+00:00"


@pytest.mark.parametrize(
    ("operation", "file"),
    [
        ("discovery", "discovery.xml"), ("service_definition", "definition-unordered.xml"),
        ("request", "request-single.xml"), ("requests", "requests-extended.json"), ("post", "post-token.xml"),
        ("token", "token-no-token.xml"),
    ],
)  # fmt: skip
def test_every_operation_prints_its_messages(operation, file):
    assert len(replay(operation, file)) == 1


def test_an_error_is_printed_with_its_class_and_fields():
    found = replay("error", "error-duplicate.xml", status=400)
    assert found["error"] == "Duplicate"
    assert found["status_code"] == 400
    assert found["messages"] == ["Invalid service request: base is a duplicate."]


def test_a_raw_reply_brings_its_own_status_and_headers():
    found = replay("error", "error-message.json")
    assert (found["error"], found["status_code"], found["retry_after"]) == ("RateLimited", 429, 30)
    assert replay("error", "error-bare-403.txt")["error"] == "KeyRejected"


@pytest.mark.parametrize(
    ("operation", "file", "words"),
    [
        ("services", "no-such-file.json", "cannot be read"),
        ("services", ".", "cannot be read"),
        ("services", "error-not-found.xml", "NotFound: The city does not know"),
        ("post", "error-duplicate.xml", "Duplicate: "),
        ("services", "services-obsolete-key.json", "Unreadable: "),
        ("service_definition", "post-empty-list.json", "Unreadable: "),
        ("error", "post-token.xml", "not an error"),
    ],
)
def test_what_cannot_be_read_is_said(operation, file, words):
    with pytest.raises(CommandError, match=words):
        replay(operation, file)


def test_bad_arguments_are_said():
    with pytest.raises(CommandError, match="“fax”"):
        call_command("replay_payload", str(HERE / "post-token.xml"), dialect="fax", operation="post")
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("replay_payload", str(HERE / "post-token.xml"), "--dialect=georeport_v2", "--operation=dance")
    with pytest.raises(CommandError, match="time zone"):
        replay("services", "services-mixed-codes.json", time_zone="Mars/Olympus")
    with pytest.raises(CommandError, match="HTTP status"):
        replay("services", "services-mixed-codes.json", status=99)
