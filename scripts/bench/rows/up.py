"""Rows 1 and 3: the network of private-nat, up and down, by turns with every peer that builds the same objects."""

from __future__ import annotations

import sys

import labs
import netlab
import world
from measure import Contender, alternate, series, timed
from peers import batch, pyroute2_peer, record, same, script_steps
from result import Goal, Line

FOLDER = world.WORK / "private-nat"


class Peers:
    """Commands of the peers, made once from the plan that netlab prints."""

    def __init__(self) -> None:
        self.lab = labs.shipped("private-nat")
        FOLDER.mkdir(exist_ok=True)
        text = world.sh(world.PROGRAM, "plan", str(self.lab), "--shell")
        self.script = FOLDER / "script.sh"
        self.script.write_text(text)
        self.full, self.lean = script_steps.read(text), script_steps.read(text, with_ttl_rules=False)

    def contenders(self) -> list[Contender]:
        made = [Contender("netlab", self._netlab), Contender("shell", self._shell)]
        for name, steps in (("ip -batch", self.full), ("ip -batch, no TTL", self.lean)):
            made.append(Contender(name, self._batch(name, steps)))
        made.append(Contender("pyroute2", self._pyroute2()))
        made.append(Contender("C floor", self._replay()))
        return made

    def _netlab(self) -> dict[str, float]:
        name = f"{world.PREFIX}netlab"
        return {"up": netlab.up(self.lab, name), "down": netlab.down(name)}

    def _shell(self) -> dict[str, float]:
        env = {"LAB": f"{world.PREFIX}shell"}
        words = ["/bin/bash", str(self.script)]
        return {"up": timed(words, env), "down": timed([*words, "down"], env)}

    def _batch(self, name: str, steps: script_steps.Steps):  # type: ignore[no-untyped-def]
        short = "batch" if steps is self.full else "lean"
        folder = FOLDER / short
        up = batch.write(steps, f"{world.PREFIX}{short}", folder)

        def turn() -> dict[str, float]:
            return {"up": timed(["/bin/bash", up]), "down": timed(["/bin/bash", str(folder / "down.sh")])}

        return turn

    def _pyroute2(self):  # type: ignore[no-untyped-def]
        lab = f"{world.PREFIX}pyroute2"

        def turn() -> dict[str, float]:
            words = pyroute2_peer.command(self.full, lab, FOLDER)
            seconds = timed(words)
            world.drop_namespaces(f"{lab}.")
            return {"up": seconds}

        return turn

    def _replay(self):  # type: ignore[no-untyped-def]
        file = FOLDER / "messages"
        why = ""
        try:
            program = world.compile_c("replay")
            print(f"bench: recorded {record.record(str(self.lab), file)}", file=sys.stderr)
        except world.Missing as problem:
            why = str(problem)

        def turn() -> dict[str, float]:
            if why:
                raise world.Missing(why)
            words = [str(file), f"{world.PREFIX}c"]
            return {"up": timed([program, "up", *words]), "down": timed([program, "down", *words])}

        return turn


def differences(peers: Peers) -> str:
    """Builds with every contender once and compares what the kernel then holds; also warms every file up."""
    words = []
    name = f"{world.PREFIX}netlab"
    netlab.up(peers.lab, name)
    ours = same.state(name)
    netlab.down(name)
    steps = {"shell": ["/bin/bash", str(peers.script)], "batch": ["/bin/bash", str(FOLDER / "batch" / "up.sh")]}
    if (FOLDER / "messages").exists():
        steps["c"] = [world.compile_c("replay"), "up", str(FOLDER / "messages"), f"{world.PREFIX}c"]
    try:
        steps["pyroute2"] = pyroute2_peer.command(peers.full, f"{world.PREFIX}pyroute2", FOLDER)
    except world.Missing:
        pass
    for peer, command in steps.items():
        lab = f"{world.PREFIX}{peer}"
        timed(command, {"LAB": lab})
        if difference := same.difference(ours, same.state(lab)):
            words.append(f"{peer}: {difference}")
        world.drop_namespaces(f"{lab}.")
    return "; ".join(words)


def run(quick: bool) -> list[Line]:
    peers = Peers()
    contenders = peers.contenders()
    difference = differences(peers)
    found = alternate(contenders, 3 if quick else 20)
    same_note = f"kernel state differs: {difference}" if difference else "all peers came to the same kernel state"

    def ms(name: str, what: str):  # type: ignore[no-untyped-def]
        result = series(found, name, what)
        result.values = [v * 1000 for v in result.values]
        return result

    up, down = ms("netlab", "up"), ms("netlab", "down")
    goals = {
        "shell": Goal(at_least=12), "ip -batch": Goal(at_least=2.5), "ip -batch, no TTL": Goal(at_least=2.5),
        "pyroute2": Goal(at_least=25),
    }  # fmt: skip
    lines = [Line("1", "up private-nat, network", "ms", up, ms(p, "up"), g, note=same_note) for p, g in goals.items()]
    lines[2].note = "the peer leaves out 254 TTL rules in each of two routers: it does less than netlab"
    lines.append(
        Line(
            "1", "up private-nat, network", "ms", up, ms("C floor", "up"), Goal(at_most=2), inverse=True,
            note="times the C time: prepared messages of the same run of netlab, sent by one thread; no settling wait",
        )
    )  # fmt: skip
    lines.append(Line("3", "down private-nat, network", "ms", down, ms("shell", "down"), Goal(at_least=5)))
    lines.append(Line("3", "down private-nat, network", "ms", down, ms("ip -batch", "down")))
    lines.append(Line("3", "down private-nat, network", "ms", down, ms("C floor", "down"), inverse=True))
    return lines


