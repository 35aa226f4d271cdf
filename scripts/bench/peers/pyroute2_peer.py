"""pyroute2 as a peer: a Python process that builds the same network."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import world
from peers.script_steps import Steps


def command(steps: Steps, lab: str, folder: Path) -> list[str]:
    """What to run; `Missing` where pyroute2 is not installed."""
    found = world.VENV.exists() and subprocess.run([str(world.VENV), "-c", "import pyroute2"]).returncode == 0
    if not found:
        raise world.Missing("pyroute2 is not installed")
    plan = [
        {
            "name": f"{lab}.{node.name}", "early": node.early, "late": node.late, "nft": node.nft,
            "wires": node.wires, "settings": node.settings,
        }
        for node in steps.nodes.values()
    ]  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "pyroute2.json"
    file.write_text(json.dumps(plan).replace("@LAB@", lab))
    return [str(world.VENV), str(world.SOURCES / "peers" / "pyroute2_child.py"), str(file)]
