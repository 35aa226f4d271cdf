"""Row 8: one probe inside netlab's process against a foreign client started in the namespace."""

from __future__ import annotations

import statistics

import labs
import netlab
import world
from measure import Contender, alternate, series, timed
from result import Goal, Line

LAB = f"{world.PREFIX}probe"
TIMES = 200


def run(quick: bool) -> list[Line]:
    netlab.up(labs.shipped("private-nat"), LAB, services=True)
    app, server = f"{LAB}.app", "198.51.100.40"

    def probes() -> dict[str, float]:
        http = netlab.probe(app, f"{server}:80", TIMES, http=True)
        tcp = netlab.probe(app, f"{server}:80", TIMES)
        if http["succeeded"] != TIMES or tcp["succeeded"] != TIMES:
            raise RuntimeError("some probes were not answered")
        own = [whole - network for whole, network in zip(tcp["seconds"], tcp["network"])]
        return {
            "http": statistics.median(http["seconds"]), "tcp": statistics.median(tcp["seconds"]),
            "start": statistics.median(own),
        }  # fmt: skip

    def foreign() -> dict[str, float]:
        return {
            "curl": timed(world.inside(app, "curl", "-s", "-o", "/dev/null", f"http://{server}/")),
            "version": timed(world.inside(app, "curl", "--version")),
            "true": timed(world.inside(app, "true")),
        }

    def check() -> dict[str, float]:
        return {"check": timed([world.PROGRAM, "check", LAB, "--only", "C28", "--format", "json"], ok=(0, 1))}

    turns = [Contender("netlab", probes), Contender("ip netns exec", foreign), Contender("netlab check", check)]
    found = alternate(turns, 3 if quick else 20)
    for results in found.values():
        for values in results.values():
            values.values = [v * 1e6 for v in values.values]
    curl, true = series(found, "ip netns exec", "curl"), series(found, "ip netns exec", "true")
    version = series(found, "ip netns exec", "version")
    curl.name, true.name, version.name = "ip netns exec curl", "ip netns exec true", "ip netns exec curl --version"
    note = "everything of a probe but the network's own time, against starting curl in the namespace to no end"
    shortest = "the same against the shortest program there is, `true`"
    return [
        Line("8", "one probe: start", "us", series(found, "netlab", "start"), version, Goal(at_least=100), note=note),
        Line("8", "one probe: start", "us", series(found, "netlab", "start"), true, note=shortest),
        Line("8", "one probe: TCP handshake", "us", series(found, "netlab", "tcp"), curl),
        Line("8", "one probe: HTTP through NAT, answer read", "us", series(found, "netlab", "http"), curl),
        Line("8", "one check, whole process (C28)", "us", series(found, "netlab check", "check"), curl),
    ]
