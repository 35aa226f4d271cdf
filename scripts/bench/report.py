"""The table, and the same as JSON."""

from __future__ import annotations

import json
import platform
import subprocess
import time
from pathlib import Path

import world
from measure import Series
from result import Line


def number(value: float | None) -> str:
    if value is None:
        return "-"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def span(series: Series) -> str:
    if not series.values:
        return series.note or "-"
    low, high = series.spread
    return f"{number(series.median)} [{number(low)}-{number(high)}]"


def verdict(line: Line) -> str:
    return {True: "yes", False: "NO", None: "-"}[line.met]


def table(lines: list[Line]) -> str:
    head = ["row", "work", "unit", "netlab [p10-p90]", "n", "peer", "peer [p10-p90]", "n", "ratio", "goal", "met"]
    rows = [head]
    for line in lines:
        peer = line.peer
        rows.append(
            [
                line.row,
                line.work,
                line.unit,
                span(line.ours)[:60],
                str(len(line.ours.values)),
                peer.name if peer else "-",
                span(peer)[:60] if peer else "-",
                str(len(peer.values)) if peer else "-",
                f"{number(line.ratio)}x" if line.ratio is not None else "-",
                str(line.goal or "-"),
                verdict(line),
            ]
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    text = "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths)).rstrip() for row in rows)
    notes = [f"  {line.row}, {line.work}: {line.note}" for line in lines if line.note]
    both = [(line, series) for line in lines for series in (line.ours, line.peer) if series and series.note]
    notes += [f"  {line.row}, {line.work}: {series.name}: {series.note}" for line, series in both]
    return text + ("\n\nnotes\n" + "\n".join(dict.fromkeys(notes)) if notes else "")


def machine() -> dict[str, str]:
    model = next((x.split(":")[1].strip() for x in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in x), "")
    version = subprocess.run([world.PROGRAM, "--version"], capture_output=True, text=True).stdout.strip()
    load = Path("/proc/loadavg").read_text().split()[0]
    cpus = Path("/proc/cpuinfo").read_text().count("processor\t")
    return {
        "when": time.strftime("%Y-%m-%d %H:%M:%S"), "kernel": platform.release(), "cpu": f"{cpus} x {model}",
        "load": load, "program": world.PROGRAM, "version": version,
    }  # fmt: skip


def _series(series: Series | None) -> dict[str, object] | None:
    if series is None:
        return None
    low, high = series.spread
    return {
        "name": series.name, "median": series.median, "p10": low, "p90": high, "values": series.values,
        "note": series.note,
    }  # fmt: skip


def as_json(lines: list[Line], facts: dict[str, str]) -> str:
    rows = [
        {
            "row": x.row, "work": x.work, "unit": x.unit, "netlab": _series(x.ours), "peer": _series(x.peer),
            "ratio": x.ratio, "ratios": x.ratios, "goal": str(x.goal or ""), "met": x.met, "note": x.note,
        }
        for x in lines
    ]  # fmt: skip
    return json.dumps({"machine": facts, "rows": rows}, indent=1)
