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
    return lines + [_one_thousand(name, quick) for name in ("explain", "matrix")]


def _one_thousand(command: str, quick: bool) -> Line:
    """`explain` and `matrix` at 1,000 instances."""
    work = f"netlab {command}, 1,000 instances"
    if not netlab.has_command(command):
        return Line("9", work, "ms", Series("netlab", note="missing: this build has no such command"))
    lab = str(labs.instances(1000))
    flow = ["i0", "i999:80"] if command == "explain" else []
    turn = Contender("netlab", lambda: {"s": timed([world.PROGRAM, command, lab, *flow], ok=(0, 1))})
    found = series(alternate([turn], 3 if quick else 10), "netlab", "s")
    found.values = [v * 1000 for v in found.values]
    return Line("9", work, "ms", found)
