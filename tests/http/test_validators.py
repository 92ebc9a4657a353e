"""Conditional GETs: what is remembered of an answer, under which address, and when it is sent back."""

import pytest

from reports import http
from tests.http.server import Server, answer

TAGGED = answer(b"[1]", "200 OK", 'ETag: "one"', "Last-Modified: Mon, 05 Jan 2026 10:00:00 GMT")
UNCHANGED = answer(b"", "304 Not Modified")


@pytest.fixture
def validators() -> http.Validators:
    return http.Validators()


@pytest.fixture
def client(server: Server, validators: http.Validators) -> http.Client:
    policy = http.Policy(allowed_private=("127.0.0.1",))
    return http.Client("city", policy=policy, secrets=("S3cret/key+1",), validators=validators)


def test_a_kept_answer_is_asked_for_on_condition(client: http.Client, server: Server, validators: http.Validators):
    server.script = [TAGGED, UNCHANGED]
    assert client.get(server.url + "a", conditional=True).status == 200
    validators.keep()
    assert client.get(server.url + "a", conditional=True).status == 304
    assert 'If-None-Match: "one"' in server.requests[1].decode()
    assert "If-Modified-Since: Mon, 05 Jan 2026 10:00:00 GMT" in server.requests[1].decode()


def test_what_was_not_understood_is_asked_for_whole(client: http.Client, server: Server):
    server.script = [TAGGED, TAGGED]
    client.get(server.url + "a", conditional=True)
    client.get(server.url + "a", conditional=True)
    assert b"If-None-Match" not in server.requests[1]


def test_only_marked_calls_of_the_same_address_are_conditional(
    client: http.Client, server: Server, validators: http.Validators
):
    server.script = [TAGGED, TAGGED, TAGGED]
    client.get(server.url + "a", conditional=True)
    validators.keep()
    client.get(server.url + "a")
    client.get(server.url + "b", conditional=True)
    assert not [request for request in server.requests if b"If-None-Match" in request]


def test_addresses_are_kept_without_keys(client: http.Client, server: Server, validators: http.Validators):
    server.script = [TAGGED]
    client.get(server.url + "a", (("api_key", "S3cret/key+1"), ("page", "1")), conditional=True)
    validators.keep()
    [address] = validators.known
    assert "S3cret" not in address
    assert "page=1" in address


def test_an_answer_without_validators_forgets_the_old_ones(
    client: http.Client, server: Server, validators: http.Validators
):
    server.script = [TAGGED, answer(b"[2]"), answer(b"", "500 Oops", 'ETag: "error"')]
    for _call in range(2):
        client.get(server.url + "a", conditional=True)
        validators.keep()
    assert validators.known == {}
    client.get(server.url + "a", conditional=True)
    validators.keep()
    assert validators.known == {}


def test_only_the_last_answer_is_the_one_that_was_understood(
    client: http.Client, server: Server, validators: http.Validators
):
    server.script = [TAGGED, TAGGED]
    client.get(server.url + "a.xml", conditional=True)
    client.get(server.url + "a.json", conditional=True)
    validators.keep()
    assert list(validators.known) == [server.url + "a.json"]


def test_an_endless_validator_is_none(validators: http.Validators):
    validators.note("http://a/", {"ETag": "x" * 501})
    validators.keep()
    assert validators.conditions("http://a/") == []
