"""Every magic word, in process and on a socket: both have to give the same."""

import pytest
import requests

from reports.sandbox.faults import MAGIC_WORDS, magic_words
from tests.sandbox.conftest import PLAIN, texts


@pytest.fixture(params=["cities", "socket_cities"])
def everywhere(request):
    return request.getfixturevalue(request.param)


def test_words_are_found_whole():
    assert magic_words("See SANDBOX-SLOW, and SANDBOX-PLAN-DUPLICATE.") == ["SANDBOX-SLOW", "SANDBOX-PLAN-DUPLICATE"]
    assert magic_words("SANDBOX-NOTHING sandbox-slow SANDBOX-SLOWLY SANDBOX") == []
    assert len(set(MAGIC_WORDS)) == len(MAGIC_WORDS)


@pytest.mark.parametrize(("word", "status"), [("429", 429), ("503", 503)])
def test_strikes_the_first_try_only(everywhere, word, status):
    first = everywhere.post("evanston", f"Hole. SANDBOX-{word}")
    assert first.status_code == status
    assert first.headers.get("Retry-After") == ("2" if status == 429 else None)
    assert everywhere.received("evanston") == []
    assert everywhere.post("evanston", f"Hole. SANDBOX-{word}").status_code == 201
    assert everywhere.received("evanston")[0]["posts"] == 2
    assert everywhere.post("evanston", f"Another. SANDBOX-{word}").status_code == status


def test_reset(everywhere):
    with pytest.raises(requests.ConnectionError, match="reset") as caught:
        everywhere.post("evanston", "SANDBOX-RESET")
    assert not isinstance(caught.value, requests.Timeout)
    assert everywhere.received("evanston") == []
    assert everywhere.post("evanston", "SANDBOX-RESET").status_code == 201


def test_html_with_200(everywhere):
    for _ in range(2):
        answer = everywhere.post("evanston", "SANDBOX-HTML-200")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.text.startswith("<!DOCTYPE html>")
    assert everywhere.received("evanston") == []


def test_refuse_names_an_attribute_or_says_why(everywhere):
    plain = everywhere.post("evanston", "SANDBOX-REFUSE")
    assert (plain.status_code, plain.json()[0]["code"]) == (400, 400)
    named = everywhere.post("evanston", "SANDBOX-REFUSE", service_code="001")
    assert named.json()[0]["description"].startswith("LOC ")
    assert texts(everywhere.post("oak-park", "SANDBOX-REFUSE"), "error/code") == ["400"]
    assert everywhere.received("evanston") == everywhere.received("oak-park") == []


def test_duplicate_is_refused_and_the_earlier_one_is_there(everywhere):
    for _ in range(2):
        answer = everywhere.post("chicago", "SANDBOX-DUPLICATE", format_="xml")
        assert answer.status_code == 400
        assert texts(answer, "error/description") == ["Invalid service request: base is a duplicate."]
    assert len(everywhere.received("chicago")) == 1
    assert len(everywhere.get("chicago", "requests.json").json()) == 1


def test_slow_answers_properly(everywhere):
    answer = everywhere.post("evanston", "SANDBOX-SLOW")
    assert answer.status_code == 201
    assert answer.elapsed.total_seconds() >= 0.1 or everywhere.host.endswith("sandbox.test")


def test_slow_is_a_read_timeout_for_the_impatient(everywhere):
    url = everywhere.host + "/evanston/open311/v2/requests.json"
    form = {
        "api_key": "sandbox-key",
        "service_code": PLAIN["evanston"],
        "address_id": "1",
        "description": "SANDBOX-SLOW",
    }
    with pytest.raises(requests.ReadTimeout):
        everywhere.session.post(url, data=form, timeout=(1, 0.02))
    assert len(everywhere.received("evanston")) == 1


def test_lost_answer_is_stored_each_time(cities):
    for count in (1, 2):
        with pytest.raises(requests.ReadTimeout):
            cities.post("evanston", "SANDBOX-LOST-ANSWER")
        assert len(cities.received("evanston")) == count


def test_lost_answer_on_a_socket_closes_without_a_byte(socket_cities):
    with pytest.raises(requests.ConnectionError, match="without response"):
        socket_cities.post("evanston", "SANDBOX-LOST-ANSWER")
    assert len(socket_cities.received("evanston")) == 1


def test_drop_midway(everywhere):
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        everywhere.post("evanston", "SANDBOX-DROP-MIDWAY")
    assert len(everywhere.received("evanston")) == 1


def test_token_late_takes_a_day(cities):
    token = cities.post("chicago", "SANDBOX-TOKEN-LATE").json()[0]["token"]
    cities.sandbox.clock.advance(86399)
    assert cities.get("chicago", f"tokens/{token}.json").json() == [{"token": token}]
    cities.sandbox.clock.advance(1)
    assert cities.get("chicago", f"tokens/{token}.json").json()[0]["service_request_id"]


def test_token_404_until_it_resolves(cities):
    token = cities.post("chicago", "SANDBOX-TOKEN-404").json()[0]["token"]
    assert cities.get("chicago", f"tokens/{token}.json").status_code == 404
    cities.sandbox.clock.advance(25)
    assert cities.get("chicago", f"tokens/{token}.json").json()[0]["service_request_id"]


def test_id_as_a_number(cities):
    assert cities.post("evanston", "SANDBOX-ID-NUMBER").json()[0]["service_request_id"] == 210401
    assert cities.get("evanston", "requests/210401.json").json()[0]["service_request_id"] == 210401


def test_a_plan_by_its_word(cities):
    cities.post("evanston", "SANDBOX-PLAN-CANCELLED")
    assert cities.received("evanston")[0]["plan"] == "cancelled"


def test_a_wrong_key_comes_before_any_magic(everywhere):
    assert everywhere.post("evanston", "SANDBOX-429", api_key="wrong").status_code == 403
