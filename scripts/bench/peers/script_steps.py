"""The commands of `netlab plan --shell`, as data: what the other peers build from."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field


@dataclass
class Node:
    """One namespace, with what the script does in it, in the script's order."""

    name: str
    early: list[str] = field(default_factory=list)
    """`key=value` before any interface exists."""
    wires: list[list[str]] = field(default_factory=list)
    """Words after `ip -n NODE` that make links, and raise the near ends."""
    settings: list[list[str]] = field(default_factory=list)
    """Words after `ip -n NODE` for the rest."""
    late: list[str] = field(default_factory=list)
    """`key=value` about interfaces."""
    nft: str = ""
    """One ruleset; the TTL chain of the script is in it."""

    @property
    def makes_wires(self) -> bool:
        return bool(self.wires)


@dataclass
class Steps:
    nodes: dict[str, Node] = field(default_factory=dict)

    def node(self, name: str) -> Node:
        return self.nodes.setdefault(name, Node(name))

    def foreign_ends(self, name: str) -> bool:
        """Whether another node makes interfaces of this one: then its settings must come after those wires."""
        return any(_peer_node(w) == name for n in self.nodes.values() for w in n.wires if n.name != name)


NODE = r'"\$LAB\.([^"]+)"'


def _peer_node(words: list[str]) -> str | None:
    return words[-1].removeprefix("@LAB@.") if "netns" in words else None


def ttl_rules() -> str:
    """What the script's shell function `ttl_plus_one` prints."""
    rules = [f"add rule ip netlab ttl_plus_one ip ttl {t} ip ttl set {t + 1} return" for t in range(254, 0, -1)]
    return "add table ip netlab\nadd chain ip netlab ttl_plus_one\n" + "\n".join(rules) + "\n"


TTL_CHAIN_ONLY = "add table ip netlab\nadd chain ip netlab ttl_plus_one\n"


def read(script: str, with_ttl_rules: bool = True) -> Steps:
    """Takes the script apart. `@LAB@` stands for the lab's name in what comes out.

    Without the TTL rules (254 per router, which netlab says with one map and this nft cannot) a peer has less to do
    than netlab: the comparison leans the peer's way.
    """
    steps = Steps()
    lines = iter(script.replace("\\\n", " ").splitlines())
    for line in lines:
        # Only what runs at the top level; functions and loops of the script are indented.
        if made := re.match(rf"ip netns add {NODE}$", line):
            steps.node(made[1])
        elif made := re.match(rf"ip netns exec {NODE} sysctl -q -w (\S+)$", line):
            node = steps.node(made[1])
            (node.late if ".neigh." in made[2] else node.early).append(made[2])
        elif made := re.match(rf"ip -n {NODE} (.*)$", line):
            node = steps.node(made[1])
            words = shlex.split(re.sub(NODE, r"@LAB@.\1", made[2]), comments=True)
            is_wire = words[:2] == ["link", "add"]
            raises = words[:3] == ["link", "set", "dev"] and any(words[3] == w[3] for w in node.wires)
            (node.wires if is_wire or raises else node.settings).append(words)
        elif made := re.match(rf"ttl_plus_one \| ip netns exec {NODE} nft -f -$", line):
            steps.node(made[1]).nft += ttl_rules() if with_ttl_rules else TTL_CHAIN_ONLY
        elif made := re.match(rf"ip netns exec {NODE} nft -f - <<'NFT'$", line):
            body = []
            for inner in lines:
                if inner == "NFT":
                    break
                body.append(inner)
            steps.node(made[1]).nft += "\n".join(body) + "\n"
    return steps
