"""Every composed answer, spoiled at random, through every dialect and operation: messages or a `DialectError`.

The examples are the same in every run (`derandomize`), and their number keeps all of it below a quarter of a minute.
"""

from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports import http
from reports.dialects import registry
from reports.dialects.base import REPLAYABLE, Connection
from reports.dialects.errors import DialectError
from tests.dialects.canned import BASE
from tests.dialects.mutations import spoil
from tests.dialects.plain import assert_plain

PAYLOADS: Final = Path(__file__).parents[1] / "payloads"
FILES: Final = {path: path.read_bytes() for path in sorted(PAYLOADS.glob("*/**/*")) if path.is_file()}
STATUSES: Final = (200, 200, 200, 201, 202, 204, 303, 304, 400, 404, 422, 429, 500, 503)
LARGEST: Final = 20_000  # bytes of a file that is worth spoiling


def files_of(key: str) -> list[Path]:
    return [path for path in FILES if path.parent.name == key]


@pytest.mark.parametrize("key", registry.TABLE)
@given(data=st.data())
@settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_spoiled_answers_give_messages_or_dialect_errors(key, data):
    path = data.draw(st.sampled_from(files_of(key) or list(FILES)) | st.sampled_from(list(FILES)))
    body = spoil(FILES[path][:LARGEST], data)
    headers = data.draw(
        st.sampled_from(({}, {"Location": "http://[::1"}, {"Content-Type": "text/html; charset=utf-16"}))
    )
    answer = http.Response(data.draw(st.sampled_from(STATUSES)), headers, body, BASE)
    connection = Connection(BASE, http.Client("spoiled"), time_zone=ZoneInfo("Europe/Berlin"))
    dialect = registry.open_dialect(key, connection)
    for operation in REPLAYABLE:
        try:
            messages = dialect.replay(operation, answer)
        except DialectError:
            continue
        assert isinstance(messages, tuple)
        for message in messages:
            assert_plain(message)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_answer_of_one_city_breaks_no_other_dialect(path):
    answer = http.Response(200, {}, FILES[path], BASE)
    for key in registry.TABLE:
        dialect = registry.open_dialect(key, Connection(BASE, http.Client("foreign")))
        for operation in REPLAYABLE:
            try:
                dialect.replay(operation, answer)
            except DialectError:
                continue
