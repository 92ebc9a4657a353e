"""What can go wrong on the wire, sorted by the one question that matters: may the filing be sent again?

    DialectError                 operation, status_code, retry_after, excerpt (redacted)
      NotSent                    certainly did not arrive: try again
        Unreachable              no connection, or it broke before the request had left
        RateLimited              429, or a body that says so; retry_after in seconds where the city named it
        Unavailable              503 and its like: the city said that it took nothing
        HeldBack                 our own limits for this endpoint kept the call back; the city was not asked
      PerhapsSent                left, and no clear answer came: never repeat blindly; look for it, then ask a person
        NoAnswer                 time-out or a cut connection after the request had left
        Unreadable               an answer came that does not say whether the filing was taken
      Refused                    the city said no: do not repeat; show its words
        BadRequest               400 and its like
        NotFound                 unknown service, jurisdiction, request or token
        KeyRejected              403, or a body that says so
        Duplicate                the city says that it has this one already
      Unsupported                this dialect cannot say it
      Unchanged                  a reading call was answered with "not modified since you asked last"
    ConfigurationError           outside the tree: must never be swallowed

For a reading call nothing can be filed twice, so `PerhapsSent` then only means "no answer was had".
"""


class DialectError(Exception):
    """A city's system could not be asked, did not answer clearly, or said no.

    `operation` is the dialect method's name; `status_code` the HTTP status where there was one;
    `retry_after` seconds to wait where the city named them; `messages` the city's own words, for people;
    `excerpt` the start of the raw answer with keys and personal data already redacted.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str = "",
        status_code: int | None = None,
        retry_after: float | None = None,
        messages: tuple[str, ...] = (),
        excerpt: str = "",
    ) -> None:
        super().__init__(message)
        self.operation = operation
        self.status_code = status_code
        self.retry_after = retry_after
        self.messages = messages
        self.excerpt = excerpt


class NotSent(DialectError):
    """Certainly did not arrive; the same filing may be sent again."""


class Unreachable(NotSent):
    """No connection could be made, or it broke before the request had left."""


class RateLimited(NotSent):
    """The city asked for patience; `retry_after` holds its seconds where it named them."""


class Unavailable(NotSent):
    """The city said that it is not serving just now and took nothing."""


class HeldBack(NotSent):
    """Our own limits for the endpoint keep the call back for `retry_after` seconds; the city was not asked."""


class PerhapsSent(DialectError):
    """The request left and no clear answer came; it may or may not be in the city's system."""


class NoAnswer(PerhapsSent):
    """Time-out, or the connection was cut, after the request had left."""


class Unreadable(PerhapsSent):
    """An answer came that could not be understood, or that says nothing about the filing."""


class Refused(DialectError):
    """The city answered no; sending the same again would get the same answer."""


class BadRequest(Refused):
    """Something in the filing is missing or not acceptable to the city."""


class NotFound(Refused):
    """The service, jurisdiction, request or token is not known to the city."""


class KeyRejected(Refused):
    """The API key is missing, wrong or not allowed to do this."""


class Duplicate(Refused):
    """The city says that it holds this service request already."""


class Unsupported(DialectError):
    """This dialect has no way to say what was asked of it."""


class Unchanged(DialectError):
    """What was asked for has not changed since it was last had (HTTP 304). Only for reading calls."""


class ConfigurationError(Exception):
    """An endpoint's row cannot work as it stands (unknown dialect, bad option); a volunteer has to mend it."""
