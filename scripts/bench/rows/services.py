"""Row 2: up with all services ready, until the first request is answered; and where the time goes."""

from __future__ import annotations

import labs
import netlab
import world
from measure import Contender, Series, alternate, series, timed
from result import Line

LAB = f"{world.PREFIX}services"


def _turn() -> dict[str, float]:
    lab = labs.shipped("private-nat")
    whole = timed([world.PROGRAM, "up", str(lab), "--name", LAB])
    # From the private instance through the NAT gateway to a server on the Internet.
    request = netlab.probe(f"{LAB}.app", "198.51.100.40:80", times=1, http=True)
    down = netlab.down(LAB)
    if request["succeeded"] != 1:
        raise RuntimeError("up returned, but the first request was not answered")
    return {"up": whole, "request": request["seconds"][0], "down": down, "ready": whole + request["seconds"][0]}


def _phases() -> dict[str, float]:
    phases = netlab.up_phases(labs.shipped("private-nat"), LAB)
    netlab.down(LAB)
    return {**phases, "inside": sum(phases.values())}


def run(quick: bool) -> list[Line]:
    found = alternate([Contender("netlab", _turn), Contender("phases", _phases)], 3 if quick else 20)

    def ms(who: str, what: str) -> Series:
        result = series(found, who, what)
        result.values = [v * 1000 for v in result.values]
        return result

    lines = [
        Line("2", "up private-nat until the first answer", "ms", ms("netlab", "ready")),
        Line("2", "  of it: up, whole process", "ms", ms("netlab", "up")),
        Line("2", "  of it: first request, app to Internet", "ms", ms("netlab", "request")),
    ]
    whole = lines[1].ours.median
    for name in found["phases"]:
        phase = ms("phases", name)
        note = f"{phase.median / whole * 100:.0f} % of up" if phase.median and whole else ""
        work = "  all phases; the rest is process start and end" if name == "inside" else f"  phase {name}"
        lines.append(Line("2", work, "ms", phase, note=note))
    lines.append(Line("3", "down private-nat with services", "ms", ms("netlab", "down")))
    return lines
