"""The state file, in one process and across kill -9."""

import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import requests

from reports.sandbox import make_app
from reports.sandbox.faults import Fault
from reports.sandbox.transport import SandboxAdapter
from tests.sandbox.conftest import HOST, Caller


def caller(session, **options):
    sandbox = make_app(**options)
    session.mount(HOST, SandboxAdapter(sandbox))
    return Caller(session, HOST, sandbox)


def test_a_new_app_goes_on_where_the_last_one_stood(tmp_path):
    path = tmp_path / "state.json"
    with requests.Session() as session:
        before = caller(session, state=path, clock="2030-01-01T00:00:00Z", pace=500)
        before.post("evanston", "Fallen tree", **{"attribute[X]": "1"})
        before.post("evanston", "SANDBOX-429")
        before.sandbox.clock.freeze()
        before.control("advance", seconds=3600)
        before.control("set_status", city="evanston", service_request_id="EVN-210401", status="closed")
        before.sandbox.state.set_fault(Fault("503", "cook", "post", 2))
        after = caller(session, state=path)
        assert after.sandbox.clock.now() == before.sandbox.clock.now()
        assert after.sandbox.control.received() == before.sandbox.control.received()
        assert after.sandbox.control.faults() == before.sandbox.control.faults()
        assert after.post("evanston", "SANDBOX-429").json()[0]["service_request_id"] == "EVN-210402"


def test_counting_down_a_fault_is_kept(tmp_path):
    path = tmp_path / "state.json"
    sandbox = make_app(path)
    sandbox.state.set_fault(Fault("500", left=2))
    assert sandbox.state.take_fault("cook", "post")
    assert make_app(path).state.faults == [Fault("500", left=1)]


def test_options_win_over_the_file(tmp_path):
    path = tmp_path / "state.json"
    make_app(path, pace=500, clock="2030-01-01T00:00:00Z")
    again = make_app(path, pace=60, clock="2031-01-01T00:00:00Z")
    assert (again.state.pace, again.clock.now().year) == (60, 2031)


def test_no_file_is_left_half_written(tmp_path):
    path = tmp_path / "state.json"
    make_app(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["state.json"]
    assert json.loads(path.read_text())["version"] == 1


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": 99}', '{"version": 1, "clock": 3}', "\x00"])
def test_a_file_that_is_no_state_is_named_and_left_alone(tmp_path, content):
    path = tmp_path / "state.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"state\.json is not a sandbox state file"):
        make_app(path)
    assert path.read_text() == content


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match="cannot be written"):
        make_app(tmp_path / "nowhere" / "state.json")


@pytest.mark.parametrize("options", [{"pace": 0}, {"pace": float("nan")}, {"clock": "today"}])
def test_options_that_cannot_be_used(options):
    with pytest.raises(ValueError, match=r"pace|moment"):
        make_app(**options)


def test_many_posts_at_once_get_numbers_of_their_own(tmp_path):
    with requests.Session() as session:
        cities = caller(session, state=tmp_path / "state.json")
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda n: cities.post("evanston", f"number {n}"), range(40)))
        assert len({answer.json()[0]["service_request_id"] for answer in answers}) == 40
        assert len(make_app(tmp_path / "state.json").state.requests("evanston")) == 40


@contextmanager
def process(*options):
    command = [sys.executable, "-m", "reports.sandbox.server", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield running, running.stdout.readline().removeprefix("Sandbox: ").strip().rstrip("/")
        finally:
            running.kill()


def test_across_kill_9(tmp_path):
    path = str(tmp_path / "state.json")
    with requests.Session() as session:
        with process("--state", path, "--clock", "2026-06-01T00:00:00Z") as (running, url):
            cities = Caller(session, url, make_app())
            cities.post("chicago", "Before the end")
            cities.control("advance", seconds=86400)
            running.kill()
            running.wait()
        with process("--state", path) as (running, url):
            cities.host = url
            assert [held["description"] for held in cities.received("chicago")] == ["Before the end"]
            clock = session.get(url + "/_control/received.json").json()["clock"]
            assert clock.startswith("2026-06-02")
            running.send_signal(signal.SIGTERM)
            assert running.wait(5) == 0
