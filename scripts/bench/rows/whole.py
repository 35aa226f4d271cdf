"""Row 9: what people wait for: the whole of `test private-nat`, and the small commands."""

from __future__ import annotations

import labs
import netlab
import world
from measure import Contender, Series, alternate, series, timed
from result import Goal, Line

LAB = f"{world.PREFIX}status"


def run(quick: bool) -> list[Line]:
    lab = str(labs.shipped("private-nat"))
    netlab.up(labs.shipped("private-nat"), LAB, services=True)

    def of(key: str, *words: str):  # type: ignore[no-untyped-def]
        return lambda: {key: timed([world.PROGRAM, *words])}

    contenders = [
        Contender("version", of("s", "--version")),
        Contender("status", of("s", "status")),
        Contender("status of one", of("s", "status", LAB)),
        Contender("validate", of("s", "validate", lab)),
        Contender("true", lambda: {"s": timed(["true"])}),
    ]
    found = alternate(contenders, 5 if quick else 30)
    netlab.down(LAB)
    whole = Contender("test", of("s", "test", lab, "--name", f"{world.PREFIX}test"))
    found |= alternate([whole], 2 if quick else 10)

    def ms(name: str):  # type: ignore[no-untyped-def]
        result = series(found, name, "s")
        result.values = [v * 1000 for v in result.values]
        return result

    start = f"the shortest process (`true`) takes {ms('true').median:.2f} ms here"
    lines = [
        Line("9", "test private-nat, whole", "ms", ms("test"), goal=Goal(at_most=1000)),
        Line("9", "netlab --version", "ms", ms("version"), goal=Goal(at_most=15), note=start),
        Line("9", "netlab status", "ms", ms("status"), goal=Goal(at_most=25)),
        Line("9", "netlab status LAB", "ms", ms("status of one")),
        Line("9", "netlab validate private-nat", "ms", ms("validate")),
    ]
    return lines + _one_thousand(quick)


def _one_thousand(quick: bool) -> list[Line]:
    """`explain` and `matrix` of 1,000 instances, 100 subnets and 200 groups, and what of it is reading the file."""
    lab = str(labs.large())
    ports = "22,443,5432,8080,ping"

    def of(*words: str):  # type: ignore[no-untyped-def]
        return lambda: {"ms": timed([world.PROGRAM, *words], ok=(0, 1)) * 1000}

    turns = [
        Contender("validate", of("validate", lab)),
        Contender("explain", of("explain", lab, "i7", "i993:443")),
        Contender("matrix", of("matrix", lab, "--ports", ports, "--format", "csv"), rounds=3),
    ]
    found = alternate(turns, 3 if quick else 10)
    read = series(found, "validate", "ms")
    explain, matrix = series(found, "explain", "ms"), series(found, "matrix", "ms")
    answer = Series("netlab", [all - part for all, part in zip(explain.values, read.values)])
    size = "1,000 instances, 100 subnets, 200 groups"
    return [
        Line("9", f"netlab validate, {size}", "ms", read, note="the file is read and checked"),
        Line("9", f"netlab explain, {size}", "ms", explain),
        Line("9", "  of it: what reading the file does not explain", "ms", answer, note="index, question, answer"),
        Line("9", "netlab matrix, 10^6 pairs x 5 ports", "ms", matrix, goal=Goal(at_most=10_000), note="the goal is ours"),
    ]
