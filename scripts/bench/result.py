"""What a row says: netlab's figure, a peer's, their ratio, and the goal of the issue."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import Literal

from measure import Series

Unit = Literal["ms", "us", "s", "Gbit/s", "kpps", "KiB", "x"]


@dataclass
class Goal:
    """Bounds for the ratio, or for netlab's own median where there is no peer."""

    at_least: float | None = None
    at_most: float | None = None

    def met_by(self, value: float) -> bool:
        low = self.at_least is None or value >= self.at_least
        return low and (self.at_most is None or value <= self.at_most)

    def __str__(self) -> str:
        if self.at_least is not None:
            return f">= {self.at_least:g}"
        return f"<= {self.at_most:g}" if self.at_most is not None else ""


@dataclass
class Line:
    """One line of the table.

    The ratio tells how many times better netlab is: peer/netlab where less is better, netlab/peer where more is.
    With `inverse` it is the other way round: "at most 2 x the C time".
    """

    row: str
    work: str
    unit: Unit
    ours: Series
    peer: Series | None = None
    goal: Goal | None = None
    more_is_better: bool = False
    inverse: bool = False
    note: str = ""

    @property
    def ratios(self) -> list[float]:
        """Round by round where both took the same turns (noise hits both alike); else of the medians."""
        if self.peer is None or not self.ours.values or not self.peer.values:
            return []
        if len(self.ours.values) == len(self.peer.values):
            pairs = list(zip(self.ours.values, self.peer.values))
        else:
            pairs = [(statistics.median(self.ours.values), statistics.median(self.peer.values))]
        ours_above = self.more_is_better != self.inverse
        return [a / b if ours_above else b / a for a, b in pairs]

    @property
    def ratio(self) -> float | None:
        return statistics.median(self.ratios) if self.ratios else None

    @property
    def met(self) -> bool | None:
        """`None` where there is no goal, or nothing to hold against it."""
        if self.goal is None:
            return None
        value = self.ours.median if self.peer is None else self.ratio
        return None if value is None else self.goal.met_by(value)
