"""Timing, statistics, and contenders that take turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import world

SETTLE = 0.12
"""Seconds between two turns: the kernel frees the namespaces of the last one in the background."""


class Failed(Exception):
    """A command that was to be timed did not do its work."""


def timed(command: Sequence[str], env: dict[str, str] | None = None, ok: Sequence[int] = (0,)) -> float:
    """Seconds from the start of the process to its end, reaped. Output goes to nothing, errors are kept."""
    with tempfile.TemporaryFile() as errors:
        null = os.open(os.devnull, os.O_RDWR)
        actions = [
            (os.POSIX_SPAWN_DUP2, null, 0),
            (os.POSIX_SPAWN_DUP2, null, 1),
            (os.POSIX_SPAWN_DUP2, errors.fileno(), 2),
        ]
        path = command[0] if "/" in command[0] else world.need(command[0])
        environment = dict(os.environ, **(env or {}))
        begin = time.perf_counter()
        pid = os.posix_spawn(path, list(command), environment, file_actions=actions)
        _, status = os.waitpid(pid, 0)
        seconds = time.perf_counter() - begin
        os.close(null)
        code = os.waitstatus_to_exitcode(status)
        if code not in ok:
            errors.seek(0)
            words = errors.read().decode(errors="replace").strip()[-600:]
            raise Failed(f"{' '.join(command)[:160]}: exit {code}: {words}")
        return seconds


@dataclass
class Series:
    """What was measured of one thing, in order of time."""

    name: str
    values: list[float] = field(default_factory=list)
    note: str = ""
    """Why there are no values: `missing: …`."""

    @property
    def median(self) -> float | None:
        return statistics.median(self.values) if self.values else None

    def percentile(self, share: float) -> float | None:
        if not self.values:
            return None
        ordered = sorted(self.values)
        place = share * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (place - low)

    @property
    def spread(self) -> tuple[float | None, float | None]:
        return self.percentile(0.1), self.percentile(0.9)


@dataclass
class Contender:
    """One that takes turns. `turn` gives the values of this turn by series name."""

    name: str
    turn: Callable[[], dict[str, float]]
    rounds: int | None = None
    """Fewer turns than the others, for the slow."""


def alternate(contenders: Sequence[Contender], rounds: int) -> dict[str, dict[str, Series]]:
    """Lets all take turns, each round beginning with another one.

    A turn that fails gives no value and a note; who fails twice, or is missing, is out.
    """
    results: dict[str, dict[str, Series]] = {c.name: {} for c in contenders}
    out: set[str] = set()
    failures: dict[str, list[str]] = {}
    for number in range(rounds):
        shift = number % len(contenders)
        for contender in [*contenders[shift:], *contenders[:shift]]:
            limit = rounds if contender.rounds is None else contender.rounds
            if contender.name in out or number >= limit:
                continue
            time.sleep(SETTLE)
            try:
                values = contender.turn()
            except world.Missing as problem:
                values = {}
                out.add(contender.name)
                failures[contender.name] = [f"missing: {problem}"]
            except (Failed, RuntimeError, OSError, subprocess.SubprocessError) as problem:
                values = {}
                mine = failures.setdefault(contender.name, [])
                mine.append(f"failed: {problem}")
                if len(mine) > 1:
                    out.add(contender.name)
            for name, value in values.items():
                results[contender.name].setdefault(name, Series(contender.name)).values.append(value)
    for name, words in failures.items():
        for one in results[name].values() or [results[name].setdefault("", Series(name))]:
            one.note = f"{len(words)} x {words[0]}" if one.values else words[0]
    return results


def series(results: dict[str, dict[str, Series]], contender: str, name: str) -> Series:
    """A series of the results; an empty one with the reason if the contender fell out before it gave a value."""
    mine = results.get(contender, {})
    if name in mine:
        return mine[name]
    reason = mine[""].note if "" in mine else "not measured in this run"
    return Series(contender, note=reason)
