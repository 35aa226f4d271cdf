"""Row 7: port scans across one plain router, against nmap with the fastest settings that are still right, and masscan."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable

import netlab
import traffic
import world
from measure import Contender, Failed, Series, alternate, series
from result import Goal, Line

OPEN = [22, 8080, 65000]
FEW = "22,80,443,3306,5432,6379,8000,8080,8443,9000"
HOSTS = "198.19.0.0/24"
LISTENER = """
import selectors, socket, sys
chosen = selectors.DefaultSelector()
for port in map(int, sys.argv[1:]):
    chosen.register(socket.create_server(("", port), backlog=1024), selectors.EVENT_READ)
while True:
    for key, _ in chosen.select():
        key.fileobj.accept()[0].close()
"""
FILTER = (
    "add table ip filter\n"
    "add chain ip filter input {{ type filter hook input priority 0; policy drop; }}\n"
    "add rule ip filter input tcp dport {{ {ports} }} accept\n"
)


class Target:
    """A scanner, a router, a host that closes, opens or filters its ports."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.path = traffic.routed(f"{world.PREFIX}{kind}")
        host = self.path.receiver
        world.sh("ip", "-n", host, "route", "add", "local", HOSTS, "dev", "lo")
        world.sh("ip", "-n", f"{world.PREFIX}{kind}-r", "route", "add", HOSTS, "via", "198.18.2.2")
        if kind != "closed":
            world.start(*world.inside(host, "python3", "-c", LISTENER, *map(str, OPEN)))
        if kind == "filtered":
            ports = ", ".join(map(str, OPEN))
            world.sh(*world.inside(host, "nft", "-f", "-"), input=FILTER.format(ports=ports))

    def expected(self, sweep: bool) -> int:
        """How many open ports a right scan finds."""
        if self.kind == "closed":
            return 0
        return 256 * len([p for p in OPEN if str(p) in FEW.split(",")]) if sweep else len(OPEN)

    def scanner(self, command: list[str], count: Callable[[str], int], sweep: bool = False, limit: float = 120):  # type: ignore[no-untyped-def]
        """A turn: runs the scan in its namespace, times the whole process, and believes it only if it is right."""

        def turn() -> dict[str, float]:
            begin = time.perf_counter()
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
            world.keep(process)
            try:
                out, errors = process.communicate(timeout=limit)
            except subprocess.TimeoutExpired:
                raise Failed(f"not done after {limit:.0f} s") from None
            finally:
                seconds = time.perf_counter() - begin
                world.stop(process)
            if process.returncode != 0:
                raise Failed(errors.strip()[-200:])
            found = count(out)
            if found != self.expected(sweep):
                raise Failed(f"wrong: {found} open ports of {self.expected(sweep)}")
            return {"": seconds}

        return turn


def _nmap_open(out: str) -> int:
    return sum(line.count("/open/tcp") for line in out.splitlines())


def _netlab_open(out: str) -> int:
    answer = json.loads(out)
    if not answer["isComplete"]:
        raise Failed("the scan was not complete")
    return len(answer["open"])


def nmap(target: Target, *words: str) -> list[str]:
    world.need("nmap")
    return world.inside(target.path.sender, "nmap", "-n", "-Pn", "-sS", "-oG", "-", *words)


def masscan(target: Target, ports: str, hosts: str) -> list[str]:
    """Its own stack needs its own address and the router's MAC. What it found is read from its list."""
    world.need("masscan")
    router = json.loads(world.sh("ip", "-j", "-n", f"{world.PREFIX}{target.kind}-r", "link", "show", "dev", "a"))[0]["address"]
    return world.inside(
        target.path.sender, "masscan", hosts, "-p", ports, "--rate", "100000", "--wait", "1", "-oL", "-",
        "--adapter", "eth0", "--adapter-ip", "198.18.1.3", "--router-mac", router.replace(":", "-"),
    )  # fmt: skip


def _fastest(target: Target, options: list[list[str]], hosts: list[str], sweep: bool) -> tuple[list[str], str]:
    """The quickest right settings of nmap, each tried twice; one wrong answer rules a setting out."""
    best: tuple[float, list[str]] | None = None
    wrong = []
    for words in options:
        turn = target.scanner(nmap(target, *words, *hosts), _nmap_open, sweep)
        try:
            seconds = turn()[""] if len(options) == 1 else max(turn()[""], turn()[""])
        except Failed as problem:
            wrong.append(f"{' '.join(words)}: {problem}")
            continue
        if best is None or seconds < best[0]:
            best = (seconds, words)
    if best is None:
        raise RuntimeError(f"no settings of nmap were right: {'; '.join(wrong)}")
    note = f"nmap {' '.join(best[1])} was the fastest right setting"
    return best[1], note + (f"; ruled out: {'; '.join(wrong)}" if wrong else "")


def _compare(target: Target, work: str, ports: str, hosts: list[str], quick: bool, goals: dict[str, Goal]) -> list[Line]:
    sweep = len(ports) > 10
    choice = [["-T5", "--min-rate", rate, "-p", ports] for rate in ("20000", "50000")]
    if target.kind == "filtered":
        choice = [[*words, "--max-retries", "1"] for words in choice]
    elif not quick:
        choice += [["-T4", "-p", ports], ["-T5", "-p", ports]]
    try:
        # The sole candidate of a quick run: the one that won full runs; a wrong answer would still put it out.
        sole = choice[1:2] if target.kind == "filtered" else choice[:1]
        words, note = _fastest(target, sole if quick else choice, hosts, sweep)
        peer = Contender("nmap", target.scanner(nmap(target, *words, *hosts), _nmap_open, sweep))
    except (RuntimeError, world.Missing) as problem:
        note = reason = str(problem)

        def turn() -> dict[str, float]:
            raise Failed(reason)

        peer = Contender("nmap", turn)
    turns = [peer]
    for threads in (1, 2):
        scan = netlab.scan(target.path.sender, ports, hosts, threads)
        turns.append(Contender(f"netlab {threads}", target.scanner(scan, _netlab_open, sweep)))
    if target.kind == "filtered" and not quick:
        slow = nmap(target, "-T5", "-p", ports, *hosts)
        turns.append(Contender("nmap -T5", target.scanner(slow, _nmap_open, sweep, limit=150), rounds=1))
    if target.kind == "open" and not (quick and sweep):
        command = masscan(target, ports, hosts[0])
        count = lambda out: sum(line.startswith("open tcp") for line in out.splitlines())  # noqa: E731
        turns.append(Contender("masscan", target.scanner(command, count, sweep, limit=30), rounds=1 if quick else 3))
    found = alternate(turns, 2 if quick else 10)
    for results in found.values():
        for values in results.values():
            values.values = [v * 1000 for v in values.values]
    lines = []
    for name in [turn.name for turn in turns if not turn.name.startswith("netlab")]:
        for threads in (1, 2):
            goal = goals.get(f"{name} {threads}") or goals.get(name)
            ours, other = series(found, f"netlab {threads}", ""), series(found, name, "")
            label = f"{work}, {threads} thread{'s' if threads > 1 else ''}"
            lines.append(Line("7", label, "ms", ours, Series(name, other.values, other.note), goal, note=note))
            note = ""
    return lines


def run(quick: bool) -> list[Line]:
    half = {"nmap 1": Goal(at_least=1.3), "nmap 2": Goal(at_least=2)}
    tuned = {"nmap": Goal(at_least=4), "nmap -T5": Goal(at_least=80)}
    lines: list[Line] = []
    for kind, goals in (("closed", half), ("open", half), ("filtered", tuned)):
        target = Target(kind)
        time.sleep(0.3)
        words = {"closed": "closed", "open": "closed but 3", "filtered": "filtered but 3"}[kind]
        lines += _compare(target, f"65,535 ports, {words}", "1-65535", ["198.18.2.2"], quick, goals)
        if kind == "open":
            sweep = {"nmap": Goal(at_least=6)}
            lines += _compare(target, "256 hosts x 10 ports", FEW, [HOSTS], quick, sweep)
    return lines
