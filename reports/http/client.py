"""One call: URL in, `Response` or `HttpError` out, one `Exchange` told to whoever listens."""

import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import requests
from requests import exceptions as upper
from urllib3 import exceptions as lower

from reports.http.errors import BadUrl, BodyTooLarge, ConnectionFailed, HttpError, NoAnswer
from reports.http.exchange import Exchange, Pairs, Response, Upload
from reports.http.guard import Call, GuardedAdapter, current
from reports.http.policy import Policy, default_policy
from reports.http.redaction import excerpt, redact, redact_headers
from reports.http.sessions import session_for
from reports.http.validators import Validators

log = logging.getLogger("reports.http")
Listener = Callable[[Exchange], None]

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS: Final = 3
FORM: Final = "application/x-www-form-urlencoded; charset=utf-8"
_BAD_REQUEST = (upper.InvalidURL, upper.MissingSchema, upper.InvalidSchema, upper.InvalidHeader,
                lower.LocationParseError, UnicodeError)  # fmt: skip
_FAILURES = (upper.RequestException, lower.HTTPError, HTTPException, OSError, ValueError)
# Of an adapter that is not ours (a mounted one) only these say that nothing had left.
_NOT_LEFT = (upper.ConnectTimeout, upper.SSLError, lower.NewConnectionError, lower.ConnectTimeoutError)


class Client:
    """Speaks to one endpoint. `key` names it; a session is kept per key and thread.

    `secrets` (API keys) are removed from every exchange, log line and `redact`. `on_exchange` is called once
    for each call on the wire, also for one that failed. Time-outs are seconds and override the policy's.
    `private` keeps queries out of the log: what people search for is theirs. `validators` are sent with the GETs
    that are marked `conditional`, and learn from their answers. `before_call` is called before each call on the
    wire, and may raise `HeldBack`.
    """

    def __init__(
        self,
        key: str,
        *,
        policy: Policy | None = None,
        on_exchange: Listener | None = None,
        connect_timeout: float | None = None,
        read_timeout: float | None = None,
        total_timeout: float | None = None,
        secrets: Sequence[str] = (),
        private: bool = False,
        validators: Validators | None = None,
        before_call: Callable[[], None] | None = None,
    ) -> None:
        self.key = key
        self.validators = validators
        self.on_exchange = on_exchange
        self.before_call = before_call
        self.secrets = tuple(secret for secret in secrets if secret)
        self.private = private
        self._policy = policy
        times = {"connect_timeout": connect_timeout, "read_timeout": read_timeout, "total_timeout": total_timeout}
        self._times: dict[str, Any] = {name: value for name, value in times.items() if value is not None}

    @property
    def policy(self) -> Policy:
        """The limits in force for this client."""
        return replace(self._policy or default_policy(), **self._times)

    def redact(self, text: str) -> str:
        """`redact` with this client's secrets."""
        return redact(text, self.secrets)

    def get(
        self, url: str, params: Pairs = (), headers: Pairs = (), *, conditional: bool = False, creates: bool = False
    ) -> Response:
        """GET, following up to three redirects, each through the guard. Raises `HttpError`.

        A `conditional` one may be answered with 304 where the client has validators of that address. One that `creates`
        something (GeoReport v1 files so) is sent as a POST is: once, on a fresh connection, and never redirected.
        """
        url = _with_params(url, params)
        if creates:
            return self._exchange("GET", url, headers, None, urlsplit(url).query, creates=True)
        if not conditional or self.validators is None:
            return self._follow(url, headers)
        address = self.redact(url)
        response = self._follow(url, (*headers, *self.validators.conditions(address)))
        if response.status == 200:
            self.validators.note(address, response.headers)
        return response

    def _follow(self, url: str, headers: Pairs) -> Response:
        deadline = time.monotonic() + self.policy.total_timeout  # of all of them together: somebody may wait for it
        for hop in range(MAX_REDIRECTS + 1):
            response = self._exchange("GET", url, headers, None, "", deadline=deadline)
            target = response.headers.get("Location", "")
            if response.status not in REDIRECTS or not target or hop == MAX_REDIRECTS:
                break
            target = urljoin(url, target)
            if not _same_party(url, target):
                headers = ()  # a key for one host is nothing for another to see
            url = target
        return response

    def post(
        self,
        url: str,
        data: Pairs | bytes = (),
        headers: Pairs = (),
        files: Sequence[Upload] = (),
        *,
        conceal: Sequence[str] = (),
    ) -> Response:
        """POST a form (`data` in its order), a multipart form where there are `files`, or bytes as they are.

        Never redirected: a 3xx is returned as the answer. A fresh connection is used, because one that the
        city has just closed could not be told from one that swallowed the filing. `conceal` names members of the
        answer that hold a secret; their values are in no exchange. Raises `HttpError`.
        """
        if isinstance(data, bytes):
            return self._exchange("POST", url, headers, data, data.decode("utf-8", "replace"), conceal)
        shown = urlencode(list(data))
        if not files:
            return self._exchange("POST", url, (("Content-Type", FORM), *headers), shown, shown, conceal)
        parts: list[Any] = [(name, (None, value)) for name, value in data]
        parts += [(each.field, (each.filename, each.content, each.content_type)) for each in files]
        names = [f"{each.field}={each.filename} ({len(each.content)} bytes)" for each in files]
        return self._exchange("POST", url, headers, parts, "&".join([shown, *names]), conceal)

    def _exchange(
        self,
        method: str,
        url: str,
        headers: Pairs,
        body: Any,
        shown: str,
        conceal: Sequence[str] = (),
        *,
        creates: bool = False,
        deadline: float | None = None,
    ) -> Response:
        """Make the call, log it and tell the listener, whatever comes of it."""
        if self.before_call:
            self.before_call()
        policy = self.policy
        started_at, start = datetime.now(UTC), time.monotonic()
        all_headers = {"User-Agent": policy.user_agent, "Accept": "*/*", "Accept-Encoding": "gzip, identity"}
        all_headers |= dict(headers)
        call = Call(policy, deadline or start + policy.total_timeout)
        outcome: Response | HttpError
        try:
            outcome = self._send(call, method, url, all_headers, body, fresh=creates or method == "POST")
        except HttpError as error:
            outcome = error
        response = outcome if isinstance(outcome, Response) else None
        seconds = time.monotonic() - start
        told = [*self.secrets, *_own_addresses(shown)]
        exchange = Exchange(
            method=method,
            url=redact(url, told),
            request_headers=redact_headers(all_headers, told),
            request_body="" if creates else excerpt(shown.encode(), told),
            status=response.status if response else None,
            response_headers=redact_headers(response.headers, told) if response else {},
            response_body=excerpt(response.body, told, conceal) if response else "",
            started_at=started_at,
            seconds=seconds,
            error="" if response else redact(f"{type(outcome).__name__}: {outcome}", told),
        )
        came = exchange.error or exchange.status
        shown_url = exchange.url.partition("?")[0] if self.private else exchange.url
        log.info("%s %s %s -> %s in %.3f s", self.key, method, shown_url, came, seconds)
        if self.on_exchange:
            self.on_exchange(exchange)
        if isinstance(outcome, HttpError):
            raise outcome
        return outcome

    def _send(
        self, call: Call, method: str, url: str, headers: Mapping[str, str], body: Any, *, fresh: bool
    ) -> Response:
        _check_url(url)
        context = current.set(call)
        try:
            return self._receive(call, method, url, headers, body, fresh=fresh)
        except HttpError:
            raise
        except upper.InvalidHeader as error:  # its words repeat the header, which may be the key
            raise BadUrl("A header holds a line break, or begins with a space.") from error
        except _BAD_REQUEST as error:
            raise BadUrl(f"The request could not be written: {error}") from error
        except _FAILURES as error:
            left = call.left if call.guarded else not _certainly_not_left(error)
            if left:
                raise NoAnswer(_what_broke(error, call.policy), sent=True) from error
            raise ConnectionFailed(f"No connection could be made ({type(error).__name__}).") from error
        finally:
            current.reset(context)

    def _receive(
        self, call: Call, method: str, url: str, headers: Mapping[str, str], body: Any, *, fresh: bool
    ) -> Response:
        session = session_for(self.key)
        files = body if isinstance(body, list) else None
        request = requests.Request(method, url, headers=headers, data=None if files else body, files=files)
        adapter = session.get_adapter(url)
        if fresh and isinstance(adapter, GuardedAdapter):
            adapter.poolmanager.clear()
        timeout = (call.policy.connect_timeout, call.policy.read_timeout)
        prepared = session.prepare_request(request)
        answer = session.send(prepared, stream=True, allow_redirects=False, timeout=timeout)
        try:
            received = bytearray()
            for chunk in answer.iter_content(64 * 1024):
                received += chunk
                if len(received) > call.policy.max_bytes:
                    raise BodyTooLarge(f"The answer is larger than {call.policy.max_bytes} bytes.", sent=True)
        finally:
            answer.close()
        return Response(answer.status_code, answer.headers, bytes(received), url)


def _with_params(url: str, params: Pairs) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(list(params))}" if params else url


def _check_url(url: str) -> None:
    """Refuse what is not a plain http or https URL. The address behind it is checked by the connection."""
    if re.search(r"[\x00-\x20\x7f\\]", url):
        raise BadUrl("The URL holds a space, a control character or a backslash.")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise BadUrl(f"The URL cannot be read: {error}") from error
    if parts.scheme.lower() not in {"http", "https"} or not host:
        raise BadUrl("The URL has to begin with http:// or https:// and a host.")
    if parts.username is not None or parts.password is not None:
        raise BadUrl("The URL must not carry a user name or password.")


def _same_party(before: str, after: str) -> bool:
    """Whether headers meant for `before` may go to `after`: the same host, never from https to http."""
    old, new = urlsplit(before), urlsplit(after)
    if old.hostname != new.hostname or (old.scheme == "https" and new.scheme != "https"):
        return False
    return old.port == new.port or (old.scheme, new.scheme) == ("http", "https")


def _what_broke(error: BaseException, policy: Policy) -> str:
    if isinstance(error, upper.ContentDecodingError):
        return "The answer could not be unpacked."
    if isinstance(error, upper.Timeout) or "Read timed out" in str(error):
        return f"The city did not answer within {policy.read_timeout:g} seconds."
    return f"The connection broke before the whole answer had come ({type(error).__name__})."


def _certainly_not_left(error: BaseException) -> bool:
    seen: list[Any] = [error]
    for each in seen:
        if isinstance(each, _NOT_LEFT):
            return True
        inner = [each.__cause__, each.__context__, getattr(each, "reason", None), *getattr(each, "args", ())]
        seen += [one for one in inner if isinstance(one, BaseException) and one not in seen]
    return False


def _own_addresses(form: str) -> list[str]:
    """The resident's e-mail and phone in a form, so that an answer that quotes them is redacted as well."""
    names = {"email", "phone", "customer_email", "phone_number", "reporter_email"}
    return [value for name, value in parse_qsl(form) if name.rpartition("[")[2].rstrip("]") in names]
