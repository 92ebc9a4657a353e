"""Pages are compressed where no session could be read out of their length, and nothing else is touched."""

import gzip

import brotli
import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from civic.compression import Compression

WORDS = b"<p>Where is the problem?</p>" * 40


def answer(response: HttpResponseBase, accept: str = "gzip, deflate, br", **cookies: str) -> HttpResponseBase:
    request = RequestFactory().get("/", headers={"accept-encoding": accept})
    request.COOKIES.update(cookies)
    return Compression(lambda _request: response)(request)


@pytest.mark.parametrize("accept", ["br", "gzip, deflate, br, zstd", "gzip;q=0.5, br;q=1.0", "br;q=0.1", "deflate,br"])
def test_brotli_where_the_browser_knows_it(accept: str) -> None:
    response = answer(HttpResponse(WORDS), accept)
    assert response.headers["Content-Encoding"] == "br"
    assert brotli.decompress(response.content) == WORDS
    assert int(response.headers["Content-Length"]) == len(response.content) < len(WORDS) / 5
    assert "Accept-Encoding" in response.headers["Vary"]


@pytest.mark.parametrize("accept", ["gzip", "gzip, br;q=0", "br;q=0.000, gzip", "brotli, gzip", "x-br, gzip"])
def test_gzip_where_it_does_not(accept: str) -> None:
    response = answer(HttpResponse(WORDS), accept)
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content) == WORDS


@pytest.mark.parametrize("accept", ["", "identity", "deflate", "br;q=0", "\x00"])
def test_as_it_is_where_nothing_else_is_taken(accept: str) -> None:
    response = answer(HttpResponse(WORDS), accept)
    assert "Content-Encoding" not in response.headers
    assert response.content == WORDS


def test_nothing_that_belongs_to_a_session() -> None:
    assert "Content-Encoding" not in answer(HttpResponse(WORDS), sessionid="x").headers
    with_cookie = HttpResponse(WORDS)
    with_cookie.set_cookie("csrftoken", "x")
    assert "Content-Encoding" not in answer(with_cookie).headers


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse(WORDS, content_type="image/jpeg"),
        HttpResponse(WORDS, content_type=""),
        HttpResponse(WORDS, headers={"Content-Encoding": "zstd"}),
        HttpResponse(b"short"),
        StreamingHttpResponse([WORDS]),
    ],
    ids=["photo", "unknown", "compressed before", "short", "streamed"],
)
def test_what_is_left_as_it_is(response: HttpResponseBase) -> None:
    before = response.headers.get("Content-Encoding")
    assert answer(response).headers.get("Content-Encoding") == before


@pytest.mark.parametrize("kind", ["application/geo+json", "application/manifest+json", "text/javascript", "text/xml"])
def test_other_text_is_compressed_too(kind: str) -> None:
    assert answer(HttpResponse(WORDS, content_type=kind)).headers["Content-Encoding"] == "br"


def test_a_tag_of_the_content_becomes_a_weak_one() -> None:
    assert answer(HttpResponse(WORDS, headers={"ETag": '"abc"'})).headers["ETag"] == 'W/"abc"'
    assert answer(HttpResponse(WORDS, headers={"ETag": 'W/"abc"'})).headers["ETag"] == 'W/"abc"'


def test_only_pages_depend_on_saving_data() -> None:
    assert "Save-Data" in answer(HttpResponse(WORDS)).headers["Vary"]
    assert "Save-Data" not in answer(HttpResponse(b"{}" * 200, content_type="application/json")).headers["Vary"]
