"""What the log says, and what it must never say."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from civic import logs
from reports import log_context
from reports.delivery import drain, submit, tokens
from reports.dialects.georeport_v2 import GeoReportV2
from reports.models import Attempt, Submission
from reports.sandbox import Sandbox
from tests.cities import file_report, make_city

CONTACT = {
    "email": "rosa.lindqvist@example.org", "phone": "+1 312 555 0142", "first_name": "Rosalinde",
    "last_name": "Lindqvist", "pass_on": True,
}  # fmt: skip
PRIVATE = ("rosa.lindqvist", "rosa.lindqvist%40example", "312 555 0142", "312+555", "Rosalinde", "Lindqvist",
           "sandbox-key")  # fmt: skip


class Lines(list[str]):
    """What was written, line by line, and as objects where it is JSON."""

    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self]


@pytest.fixture(params=["line", "json"])
def written(request: pytest.FixtureRequest) -> Iterator[Callable[[], Lines]]:
    """All that any logger writes at DEBUG, as the site's own handler would."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Line() if request.param == "line" else logs.Json())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: Lines(stream.getvalue().splitlines())
    root.removeHandler(handler)
    root.setLevel(level)


def says(text: str, formatter: logging.Formatter | None = None, **facts: object) -> str:
    record = logging.LogRecord("reports.test", logging.INFO, __file__, 1, text, (), None)
    with log_context.bind(**facts):
        return (formatter or logs.Line()).format(record)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words", ["", "SANDBOX-429", "SANDBOX-RESET", "SANDBOX-HTML-200", "SANDBOX-REFUSE", "SANDBOX-LOST-ANSWER",
              "SANDBOX-DROP-MIDWAY", "SANDBOX-DUPLICATE"],
)  # fmt: skip
def test_no_key_and_no_contact_is_written_while_filing(
    sandbox: Sandbox, written: Callable[[], Lines], words: str
) -> None:
    for key in ("evanston", "chicago"):
        endpoint = make_city(sandbox, key)
        file_report(endpoint, f"A hole. {words}", **CONTACT)
        drain.deliver(endpoint.pk)
        tokens.look_up_tokens(endpoint)
    text = "\n".join(written())
    assert "POST" in text
    assert not [part for part in PRIVATE if part.lower() in text.lower()]


@pytest.mark.django_db
def test_no_key_and_no_contact_is_in_a_traceback(
    sandbox: Sandbox, written: Callable[[], Lines], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that nobody foresaw quotes all that it was given, as errors do."""

    def fail(self: GeoReportV2, filing: Any) -> None:
        raise RuntimeError(
            f"{filing!r} {self.connection.api_key} to {' '.join(CONTACT[n] for n in ('email', 'phone'))}"
        )

    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint, **CONTACT)
    monkeypatch.setattr(GeoReportV2, "post_service_request", fail)
    drain.deliver(endpoint.pk)
    text = "\n".join(written())
    assert "RuntimeError" in text
    assert "Traceback" in text
    assert not [part for part in PRIVATE if part.lower() in text.lower()]
    assert Submission.objects.get(pk=submission.pk).posts == 1


@pytest.mark.django_db
@pytest.mark.parametrize("written", ["json"], indirect=True)
@pytest.mark.parametrize("words", ["", "SANDBOX-503", "SANDBOX-LOST-ANSWER"])
def test_every_line_of_a_sending_says_of_which(sandbox: Sandbox, written: Callable[[], Lines], words: str) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint, f"A hole. {words}")
    before = len(written())
    submit.submit(submission.pk)
    lines = [line for line in Lines(written()[before:]).objects() if line["logger"].startswith(("reports", "urllib3"))]
    assert lines
    attempt = Attempt.objects.get()
    expected = {"reference": submission.request.reference, "submission": submission.pk, "attempt": attempt.pk,
                "endpoint": endpoint.pk}  # fmt: skip
    assert [line for line in lines if not expected.items() <= line.items()] == []


@pytest.mark.parametrize(
    "secret",
    [
        "rosa@example.org", "rosa%40example.org", "rosa@почта.рф",
        "+1 (312) 555-0142", "+13125550142", "(312) 555-0142", "312.555.0142",
        "030 1234567", "postgres://civic:hunter22@db/civic", "/report/AAECAwQFBgc.1tQ2ab.s1gn-ature_x/check/",
        "/reply/12.s1gnature-x/", "/request/12.1tQ2ab.s1gnature-x/take-away/",
        "/photos/3594d50f-a24e-43ea-80ab-7b1b7a221b1c-s1gnature.jpg",
        "/unsubscribe/7.s1gnature-x/", "/accounts/confirm-email/MQ:1a:s1gnature/",
        "/accounts/password/reset/key/2-s1gnature/", "api_key=hunter22", '{"phone": "5550142"}',
    ],
)  # fmt: skip
@pytest.mark.parametrize("formatter", [logs.Line(), logs.Json()])
def test_what_looks_private_is_removed(secret: str, formatter: logging.Formatter) -> None:
    line = says(f"before {secret} after", formatter)
    assert "[removed]" in line
    assert "before" in line
    assert "after" in line
    said = line[line.index("before") :]  # the time before it may hold any figures
    for part in ("rosa", "0142", "1234567", "hunter22", "s1gn"):
        assert part not in said


def test_a_row_that_postgresql_quotes_is_not_written() -> None:
    """Its words when a constraint refuses a row (errdetail of ExecConstraints) hold all of its columns."""
    said = (
        "violates not-null constraint\nDETAIL:  Failing row contains (5, Rosalinde, A hole (deep).\nBy a school., f)."
    )
    cleaned = logs.clean(f"{said}\n\nThe above exception was the direct cause of the following exception:\n\nmore")
    assert "Rosalinde" not in cleaned
    assert "school" not in cleaned
    assert cleaned.startswith("violates not-null constraint")
    assert cleaned.endswith("more")


def test_what_steers_a_terminal_is_written_out() -> None:
    """A body's words stand in lines that somebody reads in a terminal."""
    assert "\\x1b[2J\\x07" in says("before \x1b[2J\x07 after")


@pytest.mark.parametrize(
    "text",
    [
        "GET /requests/101002837497.json", "2026-11-22T16:35:14Z to 2026-11-23 04:05:06", "41.8837, -87.6320",
        "submission 1234567890", "3594d50f-a24e-43ea-80ab-7b1b7a221b1c", "in 0.052056105000247044s", "celery@vm ready",
        "/report/", "/requests/K7QF-2M9X/", "http://127.0.0.1:8000/v2/requests.json?start_date=2026-11-22",
    ],
)  # fmt: skip
def test_what_people_look_for_in_a_log_stays(text: str) -> None:
    assert text in says(text)


def test_a_line_cannot_be_forged() -> None:
    assert len(says("refused: no\n2026-11-22 16:35:14,000 INFO root all is well").splitlines()) == 1
    assert len(says("refused: no\n{}", logs.Json()).splitlines()) == 1


def test_the_facts_stand_in_the_line() -> None:
    assert says("sent", reference="K7QF", attempt=3).endswith("sent reference=K7QF attempt=3")
    found = json.loads(says("sent", logs.Json(), reference="K7QF", attempt=3))
    assert list(found) == ["time", "level", "logger", "message", "reference", "attempt"]
    assert (found["message"], found["reference"], found["attempt"]) == ("sent", "K7QF", 3)


@pytest.mark.django_db
@pytest.mark.parametrize("written", ["json"], indirect=True)
@pytest.mark.parametrize(("trusted", "given", "kept"), [(1, "proxy-request-7", True), (0, "proxy-request-7", False),
                                                        (1, "x\ny", False), (1, "é" * 20, False)])  # fmt: skip
def test_a_request_has_an_id(
    client: Client, written: Callable[[], Lines], settings: Any, trusted: int, given: str, kept: bool
) -> None:
    settings.TRUSTED_PROXIES = trusted
    response = client.get("/places/here?lat=41.88&long=-87.63", headers={"X-Request-ID": given})
    name = response["X-Request-ID"]
    assert (name == given) is kept
    assert len(name) >= 8
    assert {line["request"] for line in written().objects() if "request" in line} <= {name}


@pytest.mark.parametrize("names", [("LOG_FORMAT", "xml", "INFO"), ("LOG_LEVEL", "line", "LOUD")])
def test_a_format_or_level_that_is_none_is_said(names: tuple[str, str, str]) -> None:
    setting, log_format, level = names
    with pytest.raises(ValueError, match=setting):
        logs.logging_settings(log_format, level)
