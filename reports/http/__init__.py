"""The one door to the network: time-outs, a size cap, a guard against private addresses, and redaction.

`Client.get` and `Client.post` make one call and return a `Response` whatever its status, or raise an
`HttpError` that says whether the request had left. Nothing is ever repeated here.
Only this package imports requests or urllib3.
"""

import logging

from reports.http.client import Client, Listener
from reports.http.errors import (
    AddressRefused,
    BadUrl,
    BodyTooLarge,
    ConnectionFailed,
    HeldBack,
    HttpError,
    NoAnswer,
    TooSlow,
)
from reports.http.exchange import Exchange, Pairs, Response, Upload
from reports.http.policy import Policy, configure, default_policy
from reports.http.redaction import redact, redact_members
from reports.http.sessions import mount, unmount
from reports.http.validators import Validators

__all__ = [
    "AddressRefused",
    "BadUrl",
    "BodyTooLarge",
    "Client",
    "ConnectionFailed",
    "Exchange",
    "HeldBack",
    "HttpError",
    "Listener",
    "NoAnswer",
    "Pairs",
    "Policy",
    "Response",
    "TooSlow",
    "Upload",
    "Validators",
    "configure",
    "default_policy",
    "mount",
    "redact",
    "redact_members",
    "unmount",
]

# urllib3 writes whole URLs at DEBUG, and with them the keys that cities want in a query.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
