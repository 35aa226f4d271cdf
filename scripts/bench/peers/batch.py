"""The script's steps regrouped: one `ip -batch` for all namespaces, then per namespace one for links and settings, and
one `nft -f`. What a careful shell programmer would write."""

from __future__ import annotations

from pathlib import Path

import world
from peers.script_steps import Node, Steps


def _lines(commands: list[list[str]], lab: str) -> str:
    return "".join(" ".join(words).replace("@LAB@", lab) + "\n" for words in commands)


def write(steps: Steps, lab: str, folder: Path) -> str:
    """Writes the files; the path of a bash script that builds the network from them."""
    folder.mkdir(parents=True, exist_ok=True)
    out = ["#!/bin/bash", "set -e", f"cd {folder}"]

    def ip(node: Node, kind: str, commands: list[list[str]]) -> None:
        if commands:
            (folder / f"{node.name}.{kind}").write_text(_lines(commands, lab))
            out.append(f"ip -n {lab}.{node.name} -batch {node.name}.{kind}")

    nodes = list(steps.nodes.values())
    (folder / "namespaces").write_text("".join(f"netns add {lab}.{n.name}\n" for n in nodes))
    out.append("ip -batch namespaces")
    for node in nodes:
        if node.early:
            out.append(f"ip netns exec {lab}.{node.name} sysctl -q -w {' '.join(node.early)}")
    # Where a node has no interface that others make, links and settings go in one batch.
    whole = {n.name for n in nodes if n.makes_wires and not steps.foreign_ends(n.name)}
    for node in nodes:
        ip(node, "wires", node.wires + (node.settings if node.name in whole else []))
    for node in nodes:
        if node.name not in whole:
            ip(node, "settings", node.settings)
        if node.late:
            out.append(f"ip netns exec {lab}.{node.name} sysctl -q -w {' '.join(node.late)}")
        if node.nft:
            (folder / f"{node.name}.nft").write_text(node.nft)
            out.append(f"ip netns exec {lab}.{node.name} nft -f {node.name}.nft")
    script = folder / "up.sh"
    script.write_text("\n".join(out) + "\n")
    (folder / "namespaces-down").write_text("".join(f"netns delete {lab}.{n.name}\n" for n in nodes))
    (folder / "down.sh").write_text(f"#!/bin/bash\nexec ip -batch {folder}/namespaces-down\n")
    assert lab.startswith(world.PREFIX)
    return str(script)
