"""The connection: refuses private addresses, notes the moment of leaving, and keeps to the total time-out."""

import io
import ipaddress
import socket
import time
from contextvars import ContextVar
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any, Final

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.connection import create_connection

from reports.http.errors import AddressRefused, ConnectionFailed, TooSlow
from reports.http.policy import Policy


@dataclass(slots=True)
class Call:
    """What the connection has to know about the call that uses it, and what it learns."""

    policy: Policy
    deadline: float
    guarded: bool = False  # our own connection was used, so `left` can be trusted
    left: bool = False


current: ContextVar[Call] = ContextVar("http_call")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for, if it stands for one."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = _embedded(address)
        if inner is not None:
            return _is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _is_allowed(policy: Policy, host: str, port: int, address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if _is_public(ip):
        return True
    host = host.strip("[]").rstrip(".").lower()
    for entry in policy.allowed_private:
        if entry.lower() in {host, f"{host}:{port}", f"[{host}]", f"[{host}]:{port}"}:
            return True
        try:
            if ip in ipaddress.ip_network(entry, strict=False):
                return True
        except ValueError:
            continue  # a host name, compared above
    return False


class _TimedReader(io.RawIOBase):
    """Reads a socket with whatever is left of the call's total time, headers included."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, call: Call) -> None:
        self._sock, self._raw, self._call = sock, raw, call

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._call.deadline - time.monotonic()
        if left > 0:
            self._sock.settimeout(min(self._call.policy.read_timeout, left))
            try:
                return self._raw.readinto(buffer)
            except TimeoutError:
                if time.monotonic() < self._call.deadline:
                    raise
        raise TooSlow(f"No complete answer within {self._call.policy.total_timeout:g} seconds.", sent=True)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_TimedReader(sock, self.fp.detach(), current.get()))


class _Guarded(HTTPConnection):
    """Looks the host up once, checks every address and connects to those: no second look-up to fool."""

    response_class = _TimedResponse

    def _new_conn(self) -> socket.socket:
        call = current.get()
        call.guarded = True
        port = self.port or self.default_port
        try:
            found = socket.getaddrinfo(self.host, port, type=socket.SOCK_STREAM)
            addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        except (OSError, UnicodeError) as error:
            raise ConnectionFailed(f"The name {self.host} could not be looked up.") from error
        refused = [each for each in addresses if not _is_allowed(call.policy, self.host, port, each)]
        if refused or not addresses:
            raise AddressRefused(f"{self.host} is at {', '.join(refused)}, which is not a public address.")
        return self._connect_to(addresses, port, call)

    def _connect_to(self, addresses: list[str], port: int, call: Call) -> socket.socket:
        problem: OSError | None = None
        for address in addresses:
            seconds = min(call.policy.connect_timeout, max(0.01, call.deadline - time.monotonic()))
            try:
                return create_connection((address, port), seconds, socket_options=self.socket_options)
            except OSError as error:
                problem = error
        raise ConnectionFailed(f"No connection to {self.host}:{port}: {problem}.") from problem

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        # From here on bytes may have reached the city. A reused connection counts: whether it was closed at
        # the far end before or after reading what is written now, nobody can tell.
        call = current.get()
        call.guarded = call.left = True
        super().send(data)


class _GuardedTls(_Guarded, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Guarded


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedTls


class GuardedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
