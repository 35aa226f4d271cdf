#!/usr/bin/env python3
"""netlab and its peers, measured by turns. See scripts/bench.sh."""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import chart
import report
import world
from result import Line

ROWS = {
    "up": "network of private-nat, up and down, against shell, ip -batch, pyroute2 and C",
    "services": "up with services ready, by phase",
    "scale": "VPC of 10, 100 and 1,000 instances against ip -batch and mininet",
    "groups": "1,000 security groups: load, throughput, packets",
    "data": "data plane through the gateways against a direct wire",
    "scan": "port scans against nmap and masscan",
    "probe": "one probe against ip netns exec curl",
    "whole": "test private-nat, --version, status",
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.sh", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 rounds instead of 20, and no long rows")
    parser.add_argument("--only", action="append", choices=sorted(ROWS), metavar="ROW", help="may be given again")
    parser.add_argument("--list", action="store_true", help="the rows there are")
    return parser.parse_args()


def main() -> int:
    chosen = arguments()
    if chosen.list:
        print("\n".join(f"{name:10} {what}" for name, what in ROWS.items()))
        return 0
    if not os.access(world.PROGRAM, os.X_OK):
        print(f"bench: there is no {world.PROGRAM}; run: make bench", file=sys.stderr)
        return 3
    world.WORK.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    world.clean_up()
    facts = report.machine()
    lines: list[Line] = []
    begin = time.monotonic()
    try:
        for name in chosen.only or ROWS:
            started = time.monotonic()
            print(f"bench: {name}: {ROWS[name]}", file=sys.stderr, flush=True)
            try:
                lines += importlib.import_module(f"rows.{name}").run(chosen.quick)
            except Exception as problem:  # one row must not cost the others their results
                if os.environ.get("BENCH_DEBUG"):
                    raise
                print(f"bench: {name} failed: {problem}", file=sys.stderr)
            finally:
                world.clean_up()
            write(lines, facts)  # so that an end before the end costs no results
            print(f"bench: {name} took {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        print("bench: interrupted; what was made is gone again", file=sys.stderr)
        return 130
    finally:
        world.clean_up()
    print(f"{title(facts)}\n\n{report.table(lines)}")
    print(f"\n{time.monotonic() - begin:.0f} s in all", file=sys.stderr)
    return 0


def title(facts: dict[str, str]) -> str:
    return f"{facts['version']} on {facts['cpu']}, Linux {facts['kernel']}, {facts['when']}, load {facts['load']}"


def write(lines: list[Line], facts: dict[str, str]) -> None:
    (world.WORK / "results.json").write_text(report.as_json(lines, facts))
    (world.WORK / "chart.svg").write_text(chart.svg(lines, title(facts)))


if __name__ == "__main__":
    sys.exit(main())
