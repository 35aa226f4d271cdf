"""The netlab program, as the rows use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import world
from measure import timed


def up(lab: Path, name: str, services: bool = False) -> float:
    return timed([world.PROGRAM, "up", str(lab), "--name", name, *([] if services else ["--no-services"])])


def up_phases(lab: Path, name: str, services: bool = True) -> dict[str, float]:
    """Seconds of each phase as netlab itself counts them."""
    words = [] if services else ["--no-services"]
    text = world.sh(world.PROGRAM, "up", str(lab), "--name", name, "--json", "--timings", *words)
    return {phase["name"]: phase["seconds"] for phase in json.loads(text)["phases"]}


def down(name: str) -> float:
    return timed([world.PROGRAM, "down", name])


def scan(namespace: str, tcp: str, hosts: list[str], threads: int) -> list[str]:
    ports = [word for part in tcp.split(",") for word in ("--tcp", part)]
    return [world.PROGRAM, "__scan", "--namespace", namespace, *ports, "--threads", str(threads), *hosts]


def probe(namespace: str, target: str, times: int, http: bool = False) -> dict[str, Any]:
    words = ["--http"] if http else []
    text = world.sh(world.PROGRAM, "__probe", "--namespace", namespace, "--times", str(times), *words, target)
    return json.loads(text)


def has_command(name: str) -> bool:
    """Whether this build has a command, by its own help."""
    return any(line.split()[:1] == [name] for line in world.sh(world.PROGRAM, "--help").splitlines())
