"""Row 5: many security groups: how fast they load, and whether packets notice."""

from __future__ import annotations

import netlab
import labs
import traffic
import world
from measure import Contender, Series, alternate, series, timed
from peers import script_steps
from result import Goal, Line

RULES = 10
LOADED = 1000


def _load(quick: bool) -> list[Line]:
    """1,000 groups of 10 rules: from file to kernel."""
    lab = labs.groups(LOADED, RULES)
    name, peer = f"{world.PREFIX}load", f"{world.PREFIX}nft"
    steps = script_steps.read(world.sh(world.PROGRAM, "plan", str(lab), "--shell"), with_ttl_rules=False)
    ruleset = world.WORK / "groups.nft"
    ruleset.write_text(steps.nodes["vpc"].nft)

    def ours() -> dict[str, float]:
        whole = netlab.up(lab, name)
        netlab.down(name)
        phases = netlab.up_phases(lab, name, services=False)
        netlab.down(name)
        return {"whole": whole, "network": phases["network"], "read": phases["read"]}

    def nft() -> dict[str, float]:
        world.make_namespace(peer)
        seconds = timed(world.inside(peer, "nft", "-f", str(ruleset)))
        world.drop_namespaces(peer)
        return {"load": seconds}

    found = alternate([Contender("netlab", ours), Contender("nft -f", nft)], 3 if quick else 10)
    for results in found.values():
        for values in results.values():
            values.values = [v * 1000 for v in values.values]
    load, network = series(found, "nft -f", "load"), series(found, "netlab", "network")
    work = f"{LOADED:,} groups of {RULES} rules"
    note = "netlab's phase also makes four wires and all else of the lab; nft -f is a whole process, TTL rules left out"
    return [
        Line("5", f"{work}: load", "ms", network, load, Goal(at_least=2.5), note=note),
        Line("5", f"{work}: whole up, YAML included", "ms", series(found, "netlab", "whole"), load),
        Line("5", f"{work}: of it reading the file", "ms", series(found, "netlab", "read")),
    ]


def _linear(count: int) -> str:
    """What a ruleset without maps would look like: a rule for each interface, the one that matters last."""
    rules = [f"add rule ip linear every oifname none{i} counter drop" for i in range(count)]
    start = ["add table ip linear", "add chain ip linear every { type filter hook forward priority 50; policy accept; }"]
    return "\n".join(start + rules) + "\n"


def _forwarding(quick: bool) -> list[Line]:
    counts = [10, 1000] if quick else [10, 1000, 10_000]
    turns: list[Contender] = []
    for count in counts:
        # 10,000 groups of 10 rules are more text than a lab file may have.
        lab = f"{world.PREFIX}g{count}"
        netlab.up(labs.groups(count, RULES if count <= 1000 else 2), lab)
        path = traffic.Path(f"{count} groups", f"{lab}.one", f"{lab}.two", "10.0.1.10")
        turns.append(
            Contender(path.name, lambda p=path: {"gbits": p.gbits(1), "kpps": p.kpps(0.5)})  # type: ignore[misc]
        )
    for count in counts:
        path = traffic.routed(f"{world.PREFIX}l{count}", mtu=9001)
        path.name = f"{count} linear rules"
        world.sh(*world.inside(f"{world.PREFIX}l{count}-r", "nft", "-f", "-"), input=_linear(count))
        turns.append(
            Contender(path.name, lambda p=path: {"gbits": p.gbits(1), "kpps": p.kpps(0.5)})  # type: ignore[misc]
        )
    found = alternate(turns, 3 if quick else 6)
    lines = []
    for what, unit in (("gbits", "Gbit/s"), ("kpps", "kpps")):
        name = "TCP" if what == "gbits" else "18-byte datagrams"
        ten = series(found, "10 groups", what)
        ten = Series("10 groups", ten.values, ten.note)
        for count in counts:
            ours = series(found, f"{count} groups", what)
            work = f"{name} through {count:,} groups"
            if count != 10:
                lines.append(Line("5", work, unit, ours, ten, Goal(at_least=0.9), more_is_better=True))  # type: ignore[arg-type]
            linear = series(found, f"{count} linear rules", what)
            lines.append(Line("5", work, unit, ours, linear, more_is_better=True))  # type: ignore[arg-type]
    return lines


def run(quick: bool) -> list[Line]:
    return _load(quick) + _forwarding(quick)
