"""Row 6: the data plane of private-nat against a direct wire and one plain router."""

from __future__ import annotations

from collections.abc import Callable

import labs
import netlab
import traffic
import world
from measure import Contender, Series, alternate, series
from result import Goal, Line, Unit

LAB = f"{world.PREFIX}data"


def paths() -> list[traffic.Path]:
    netlab.up(labs.shipped("private-nat"), LAB)
    direct, router = traffic.direct(f"{world.PREFIX}d"), traffic.routed(f"{world.PREFIX}r")
    igw = traffic.Path("igw", f"{LAB}.bastion", f"{LAB}.echo", "198.51.100.40")
    nat = traffic.Path("nat", f"{LAB}.app", f"{LAB}.echo", "198.51.100.40")
    return [direct, router, igw, nat]


def run(quick: bool) -> list[Line]:
    all_paths = paths()
    rounds = 3 if quick else 8

    def compare(rounds: int, what: Callable[[traffic.Path], float]) -> dict[str, dict[str, Series]]:
        turns = [Contender(p.name, lambda p=p: {"": what(p)}) for p in all_paths]  # type: ignore[misc]
        return alternate(turns, rounds)

    lines: list[Line] = []
    goals = {"igw": Goal(at_least=0.75), "nat": Goal(at_least=0.55)}
    where = {"igw": "through the IGW", "nat": "through the NAT gateway"}

    def add(found: dict[str, dict[str, Series]], work: str, unit: Unit, more: bool, bounds: dict[str, Goal]) -> None:
        for ours in where:
            for peer in ("direct veth", "one router"):
                goal = bounds.get(ours) if peer == "direct veth" else None
                mine, other = series(found, ours, ""), series(found, peer, "")
                lines.append(Line("6", f"{work} {where[ours]}", unit, mine, other, goal, more_is_better=more))

    add(compare(rounds, lambda p: p.gbits(1)), "TCP", "Gbit/s", True, goals)
    add(compare(rounds, lambda p: p.kpps(0.5)), "18-byte datagrams", "kpps", True, {})
    add(compare(rounds, lambda p: p.connect_us(500)), "connect", "us", False, {})
    return lines
