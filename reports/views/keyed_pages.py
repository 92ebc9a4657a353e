"""Pages whose address is a key: whoever has it may act."""

from django.http import HttpResponse


def closed(response: HttpResponse) -> HttpResponse:
    """The address goes to no search engine and no other site. Not `no-referrer`, under which browsers without
    Sec-Fetch-Site post with an Origin of null, which is another site's."""
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"
    return response
