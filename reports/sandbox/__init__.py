"""Fake cities for the demo and the tests: one WSGI application, written from the dialects' descriptions alone.

`make_app` builds one; `server.serve` puts it on a socket; `transport.SandboxAdapter` calls it in process.
README.md beside this file lists the magic words and the control panel's calls.
"""

from reports.sandbox.app import Sandbox, make_app
from reports.sandbox.clock import SandboxClock

__all__ = ["Sandbox", "SandboxClock", "make_app"]
