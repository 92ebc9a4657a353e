"""One `requests.Session` per endpoint and thread, and adapters mounted under URL prefixes."""

import threading
from http.cookiejar import DefaultCookiePolicy

import requests
from requests.adapters import BaseAdapter

from reports.http.guard import GuardedAdapter

_mounts: dict[str, BaseAdapter] = {}
_generation = [0]  # counts mounts and unmounts, so that a session knows when it is out of date
_local = threading.local()


def mount(prefix: str, adapter: BaseAdapter) -> None:
    """Answer every URL that starts with `prefix` through `adapter`, in all sessions, present and future."""
    _mounts[prefix] = adapter
    _generation[0] += 1


def unmount(prefix: str) -> None:
    """Undo `mount`; nothing happens where nothing was mounted."""
    _mounts.pop(prefix, None)
    _generation[0] += 1


def session_for(key: str) -> requests.Session:
    """This thread's session for an endpoint; a new one after a mount or unmount.

    Proxy variables and `.netrc` are not read: behind a proxy the guard could not see the address. Cookies are
    not kept: they would tie one resident's filing to the next one's.
    """
    sessions: dict[str, tuple[int, requests.Session]] = _local.__dict__.setdefault("sessions", {})
    generation, session = sessions.get(key, (-1, None))
    if session is None or generation != _generation[0]:
        session = requests.Session()
        session.trust_env = False
        session.headers.clear()
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        guarded = GuardedAdapter(max_retries=0)
        for prefix, adapter in {"http://": guarded, "https://": guarded, **_mounts}.items():
            session.mount(prefix, adapter)
        sessions[key] = (_generation[0], session)
    return session
