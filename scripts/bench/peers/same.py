"""Whether two ways of building a network came to the same kernel state."""

from __future__ import annotations

import json
import subprocess

import world


def _json(*command: str) -> list[dict[str, object]]:
    done = subprocess.run(command, capture_output=True, text=True)
    return json.loads(done.stdout or "[]")


def _kept(entry: dict[str, object], *keys: str) -> str:
    return json.dumps({k: entry[k] for k in keys if k in entry}, sort_keys=True)


def state(lab: str) -> dict[str, list[str]]:
    """Links, addresses, neighbours, routes, rules and the number of nft rules of every node, in comparable words.

    The chain that does the TTL by hand is left out: netlab says it with a map.
    """
    result = {}
    for name in world.namespaces():
        if not name.startswith(f"{lab}."):
            continue
        lines = []
        for link in _json("ip", "-j", "-n", name, "address"):
            lines.append("link " + _kept(link, "ifindex", "ifname", "mtu", "address", "link_index"))
            for address in link.get("addr_info", []):  # type: ignore[attr-defined]
                if address["family"] == "inet":
                    lines.append("address " + _kept(address, "local", "prefixlen", "scope"))
        for route in _json("ip", "-j", "-n", name, "route", "show", "table", "all"):
            if route.get("table") != "local":
                lines.append("route " + _kept(route, "type", "dst", "gateway", "dev", "table", "protocol", "scope", "prefsrc"))
        for rule in _json("ip", "-j", "-n", name, "rule"):
            lines.append("rule " + _kept(rule, "priority", "fwmark", "fwmask", "table"))
        for entry in _json("ip", "-j", "-n", name, "neighbor"):
            if "PERMANENT" in entry.get("state", []):  # type: ignore[operator]
                lines.append("neighbor " + _kept(entry, "dst", "dev", "lladdr"))
        listing = subprocess.run(
            world.inside(name, "nft", "-s", "list", "ruleset"), capture_output=True, text=True
        ).stdout
        counters = sum("counter" in line and "ip ttl set" not in line for line in listing.splitlines())
        lines.append(f"nft rules that count: {counters}")
        result[name.split(".", 1)[1]] = sorted(lines)
    return result


def difference(one: dict[str, list[str]], other: dict[str, list[str]]) -> str:
    """Empty if they are the same; otherwise the first few differences."""
    words = []
    for node in sorted(one.keys() | other.keys()):
        a, b = set(one.get(node, [])), set(other.get(node, []))
        words += [f"{node}: -{x}" for x in sorted(a - b)] + [f"{node}: +{x}" for x in sorted(b - a)]
    return "; ".join(words[:4]) + (f" and {len(words) - 4} more" if len(words) > 4 else "")
