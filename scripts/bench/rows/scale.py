"""Row 4: VPCs of 10, 100 and 1,000 instances: up, down, kernel memory, against ip -batch and mininet."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import labs
import netlab
import world
from measure import Contender, Series, alternate, series, timed
from peers import batch, mininet_peer, script_steps
from result import Goal, Line


@dataclass
class Size:
    count: int
    rounds: int
    mininet_rounds: int


FULL = [Size(10, 10, 3), Size(100, 5, 2), Size(1000, 3, 1)]
QUICK = [Size(10, 3, 1), Size(100, 2, 1)]
MEMORY = ("Slab:", "Percpu:", "KernelStack:", "PageTables:")


def kernel_memory() -> float:
    """KiB the kernel uses for itself, as /proc/meminfo has it."""
    lines = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
    return sum(float(words[1]) for words in lines if words[0] in MEMORY)


def _settled(limit: float = 8) -> None:
    """Waits until the kernel has given back what the last turn used: its memory no longer changes."""
    last, end = kernel_memory(), time.monotonic() + limit
    while time.monotonic() < end:
        time.sleep(0.3)
        now = kernel_memory()
        if abs(now - last) < 300:
            return
        last = now


class OfSize:
    """The contenders for one size."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.lab = labs.instances(size.count)
        self.name = f"{world.PREFIX}n{size.count}"
        steps = script_steps.read(world.sh(world.PROGRAM, "plan", str(self.lab), "--shell"), with_ttl_rules=False)
        self.folder = world.WORK / f"instances-{size.count}"
        self.batch = batch.write(steps, f"{world.PREFIX}b{size.count}", self.folder)

    def _netlab(self) -> dict[str, float]:
        _settled()
        before = kernel_memory()
        up = netlab.up(self.lab, self.name)
        used = kernel_memory() - before
        return {"up": up, "down": netlab.down(self.name), "memory": used / self.size.count}

    def _batch(self) -> dict[str, float]:
        _settled()
        up = timed(["/bin/bash", self.batch])
        return {"up": up, "down": timed(["/bin/bash", str(self.folder / "down.sh")])}

    def _mininet(self) -> dict[str, float]:
        _settled()
        up, down = mininet_peer.up_down(self.size.count, limit=30 + self.size.count * 0.15)
        return {"up": up, "down": down}

    def measure(self) -> dict[str, dict[str, Series]]:
        contenders = [Contender("netlab", self._netlab), Contender("ip -batch", self._batch)]
        contenders.append(Contender("mininet", self._mininet, rounds=self.size.mininet_rounds))
        return alternate(contenders, self.size.rounds)


def run(quick: bool) -> list[Line]:
    lines: list[Line] = []
    per_instance: dict[int, float] = {}
    for size in QUICK if quick else FULL:
        found = OfSize(size).measure()
        for results in found.values():
            for name, values in results.items():
                if name != "memory":
                    values.values = [v * 1000 for v in values.values]
        up, down = series(found, "netlab", "up"), series(found, "netlab", "down")
        work = f"VPC of {size.count} instances"
        for peer, goal in (("ip -batch", Goal(at_least=3)), ("mininet", Goal(at_least=18))):
            lines.append(Line("4", f"{work}: up", "ms", up, series(found, peer, "up"), goal))
            lines.append(Line("4", f"{work}: down", "ms", down, series(found, peer, "down")))
        memory = series(found, "netlab", "memory")
        # Ten instances drown in what the lab's other namespaces take.
        goal = Goal(at_most=350) if size.count >= 100 else None
        lines.append(Line("4", f"{work}: kernel memory each", "KiB", memory, goal=goal))
        if up.median:
            per_instance[size.count] = up.median / size.count
    if 100 in per_instance and 1000 in per_instance:
        growth = Series("netlab", [per_instance[1000] / per_instance[100]])
        note = "time per instance at 1,000 over that at 100: 1 is linear; the goal is ours"
        lines.append(Line("4", "growth of up", "x", growth, goal=Goal(at_most=1.3), note=note))
    return lines
