"""`make faults`: every case on every stack, as a table. Exit code 1 where something was lost, doubled or left."""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.faults.stack import CLOCK, STACKS, Stack
from tests.faults.table import cell, markdown, shown
from tests.faults.worker import shift_clock
from tests.processes import ROOT
from tests.run import POSTGRES, RABBITMQ, REDIS, listens

AT_ONCE = 2  # stacks; each has a worker, and cities of its own
LONGEST = 1800.0  # seconds for one stack


def main() -> int:
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everything that was started is ended
    if options.into:
        return _play(options)
    names = [name for name in options.stack or STACKS if _is_there(name)]
    with tempfile.TemporaryDirectory(prefix="civic-faults-") as base, ThreadPoolExecutor(AT_ONCE) as pool:
        results = [
            row for rows in pool.map(lambda name: _in_a_process(name, options, Path(base)), names) for row in rows
        ]
    print(shown(results))
    if options.markdown:
        options.markdown.write_text(markdown(results))
    return 1 if not results or any(row["wrong"] for row in results) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--stack", action="append", choices=STACKS, help="once for each; all unless given")
    parser.add_argument("--requests", type=int, default=200, help="in each case, over five cities")
    parser.add_argument("--case", action="append", help="words in the case's name; once for each; all unless given")
    parser.add_argument("--short", action="store_true", help="only the cases that the suite has time for")
    parser.add_argument("--markdown", type=Path, help="file to write the table to")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)  # of the one stack that this process plays
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _is_there(stack: str) -> bool:
    absent = [
        name
        for name, url, port in (("postgresql", POSTGRES, 5432), ("redis", REDIS, 6379), ("rabbitmq", RABBITMQ, 5672))
        if name in stack and not listens(url, port)
    ]
    if absent:
        print(f"{stack} is left out: no {' and no '.join(absent)} here.", file=sys.stderr)
    return not absent


def _in_a_process(stack: str, options: argparse.Namespace, base: Path) -> list[dict[str, Any]]:
    """Play one stack in a process of its own, since Django has one database a process."""
    into, folder = base / f"{stack}.json", base / stack
    folder.mkdir()
    command = [sys.executable, "-m", "tests.faults", "--stack", stack, "--requests", str(options.requests)]
    command += ["--folder", str(folder), "--into", str(into), *(["--short"] if options.short else [])]
    command += [word for case in options.case or () for word in ("--case", case)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            print(f"{stack}: not done within {LONGEST:g} s", file=sys.stderr)
        finally:
            process.terminate()  # it ends its worker and drops its database
            process.wait(30)
    came: dict[str, Any] = json.loads(into.read_text()) if into.exists() else {"rows": [], "finished": False}
    rows: list[dict[str, Any]] = came["rows"]
    if not came["finished"] or not rows:
        rows.append({"case": "(to the end)", "stack": stack, "wrong": ["it did not come to the end"], "states": {}})
    return rows


def _play(options: argparse.Namespace) -> int:
    """One stack's cases, one after the other; what came of them goes into a file after each."""
    stack = Stack(options.stack[0], options.folder)
    try:
        return _play_on(stack, options)
    finally:
        stack.close()


def _play_on(stack: Stack, options: argparse.Namespace) -> int:
    os.environ.update(stack.environment())
    os.environ["DATABASE_URL"] = stack.database.direct_url
    shift_clock(stack.folder / CLOCK)  # what is filed here is filed by the same clock
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.faults.cases import CASES
    from tests.faults.run import Run

    rows: list[dict[str, Any]] = []
    run = Run(stack, options.requests)
    try:
        for case in CASES:
            if _is_wanted(case.name, stack.name in case.short, options):
                rows.append(_one(run, case))
                options.into.write_text(json.dumps({"rows": rows, "finished": False}))
        run.stop()
        options.into.write_text(json.dumps({"rows": rows, "finished": True}))
    finally:
        run.close()
    return 1 if any(row["wrong"] for row in rows) else 0


def _is_wanted(name: str, short: bool, options: argparse.Namespace) -> bool:
    named = not options.case or any(words in name for words in options.case)
    return named and (short or not options.short)


def _one(run: Any, case: Any) -> dict[str, Any]:
    """Play a case and judge it. What breaks in the harness is as wrong as what breaks in the site."""
    began = time.monotonic()
    try:
        run.clear()
        case.play(run)
        row: dict[str, Any] = run.result(case.name, numbers_may_differ=case.numbers_may_differ).as_dict()
    except Exception as error:  # noqa: BLE001 (shown and counted as wrong; the other cases go on)
        traceback.print_exc()
        row = {"case": case.name, "stack": run.stack.name, "states": {}, "wrong": [f"the harness broke: {error}"]}
    left = row["states"].get("needs_attention")
    if case.certain and left:
        row["wrong"].append(f"{left} were left to volunteers, and every answer was clear")
    row["seconds"] = round(time.monotonic() - began, 1)
    right = "WRONG" if row["wrong"] else "right"
    print(f"{run.stack.name:20} {case.name:40} {row['seconds']:6.1f} s  {right}  {cell(row)}", flush=True)
    if row["wrong"]:
        print("\n".join([f"   {words}" for words in row["wrong"][:12]] + [run.dump()]), flush=True)
    return row


if __name__ == "__main__":
    sys.exit(main())
