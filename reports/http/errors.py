"""Why no usable answer was had, and whether the request had left."""


class HttpError(Exception):
    """No usable answer was had. `sent` is False only where the request certainly never left."""

    def __init__(self, message: str, sent: bool = False) -> None:
        super().__init__(message)
        self.sent = sent


class ConnectionFailed(HttpError):
    """DNS, a refused connection, TLS or the connect time-out: the request had not left."""


class HeldBack(HttpError):
    """Whoever lends the client held the call back; it may be made in `retry_after` seconds."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NoAnswer(HttpError):
    """The request left; the answer timed out, was cut off, or could not be unpacked."""


class BodyTooLarge(HttpError):
    """The answer, unpacked, is larger than the policy allows."""


class TooSlow(HttpError):
    """The answer dripped past the total time-out."""


class AddressRefused(HttpError):
    """The host's address is not a public one and the policy does not list it."""


class BadUrl(HttpError):
    """Not an http or https URL, or one that carries credentials, or a header that cannot be sent."""
