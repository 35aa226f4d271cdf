"""Builds a network with pyroute2: run by the bench in its venv, with the steps as JSON. Rulesets go in by `nft -f`
(pyroute2's own nftables part cannot express them), settings by writing to /proc."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys

from pyroute2 import IPRoute, NetNS, netns

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def write(key: str, value: str) -> None:
    with open("/proc/sys/" + key.replace(".", "/"), "w") as file:
        file.write(value)


def link_arguments(words: list[str]) -> dict[str, object]:
    names = {"name": "ifname", "index": "index", "address": "address", "mtu": "mtu"}
    queues = {"numtxqueues": "num_tx_queues", "numrxqueues": "num_rx_queues"}
    result: dict[str, object] = {}
    for key, value in zip(words[::2], words[1::2]):
        target = names.get(key) or queues.get(key)
        if target:
            result[target] = value if key in ("name", "address") else int(value)
    return result


class Builder:
    """One namespace's socket and the indexes of its interfaces."""

    def __init__(self, name: str) -> None:
        self.ip: IPRoute = NetNS(name)
        self.index = {"lo": 1}

    def make(self, words: list[str], others: dict[str, Builder]) -> None:
        near, far = words[2 : words.index("type")], words[words.index("peer") + 1 :]
        one, two, node = link_arguments(near), link_arguments(far), far[far.index("netns") + 1]
        self.ip.link("add", kind="veth", peer={**two, "net_ns_fd": node}, state="up", **one)
        self.index[str(one["ifname"])] = int(str(one["index"]))
        others[node].index[str(two["ifname"])] = int(str(two["index"]))

    def do(self, words: list[str]) -> None:
        pairs = dict(zip(words[3::2], words[4::2]))
        match words[0]:
            case "link":
                self.ip.link("set", index=self.index[words[3]], state="up")
            case "address":
                address, length = words[2].split("/")
                self.ip.addr("add", index=self.index[words[4]], address=address, prefixlen=int(length))
            case "neighbor":
                self.ip.neigh(
                    "add", dst=words[2], lladdr=pairs["lladdr"], ifindex=self.index[pairs["dev"]], state="permanent"
                )
            case "route":
                self.route(words[2:])
            case "rule":
                pairs = dict(zip(words[2::2], words[3::2]))
                mark, _, mask = pairs["fwmark"].partition("/")
                more = {"fwmask": int(mask, 0)} if mask else {}
                self.ip.rule(
                    "add", priority=int(pairs["pref"]), fwmark=int(mark, 0), table=int(pairs["lookup"]), action=1, **more
                )
            case other:
                raise SystemExit(f"pyroute2 peer: unknown command {other}")

    def route(self, words: list[str]) -> None:
        kind = words.pop(0) if words[0] == "throw" else "unicast"
        flags = ["onlink"] if "onlink" in words else []
        words = [w for w in words if w != "onlink"]
        pairs = dict(zip(words[1::2], words[2::2]))
        more: dict[str, object] = {"type": kind, "proto": 4, "table": int(pairs.get("table", 254))}
        if "dev" in pairs:
            more |= {"oif": self.index[pairs["dev"]]}
        if "via" in pairs:
            more |= {"gateway": pairs["via"], "flags": flags, "scope": 0}
        elif kind == "unicast":
            more |= {"scope": 253}
        if "src" in pairs:
            more |= {"prefsrc": pairs["src"]}
        self.ip.route("add", dst="0.0.0.0/0" if words[0] == "default" else words[0], **more)


def build(plan: list[dict[str, object]]) -> None:
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    builders: dict[str, Builder] = {}
    for node in plan:
        name = str(node["name"])
        netns.create(name)
        builders[name] = Builder(name)
    opened = {name: os.open(f"/run/netns/{name}", os.O_RDONLY) for name in builders}

    def enter(descriptor: int) -> None:
        if libc.setns(descriptor, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")

    def settings(key: str) -> None:
        for node in plan:
            if node[key]:
                enter(opened[str(node["name"])])
                for setting in node[key]:  # type: ignore[attr-defined]
                    write(*setting.split("="))
        enter(home)

    settings("early")
    wires = [(str(node["name"]), w) for node in plan for w in node["wires"] if w[1] == "add"]  # type: ignore[attr-defined]
    # pyroute2 does not pass the far end's index on: in this order the kernel's own choice is the same.
    for name, words in sorted(wires, key=lambda wire: int(wire[1][wire[1].index("peer") + 4])):
        builders[name].make(words, builders)
    for node in plan:
        for words in node["settings"]:  # type: ignore[attr-defined]
            builders[str(node["name"])].do(words)
    settings("late")
    for node in plan:
        if node["nft"]:
            enter(opened[str(node["name"])])
            subprocess.run(["nft", "-f", "-"], input=str(node["nft"]), text=True, check=True)
    enter(home)


def main() -> None:
    with open(sys.argv[1]) as file:
        build(json.load(file))
    # Closing every NetNS in an orderly way is slow; the end of the process does it.
    sys.stdout.flush()
    os._exit(0)


main()
