"""Traffic between two namespaces of ours: iperf3, smallest datagrams, connections."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import dataclass

import netlab
import world

ACCEPTOR = """
import socket, sys
s = socket.create_server(("", int(sys.argv[1])), backlog=1024)
while True:
    s.accept()[0].close()
"""
IPERF_PORT, UDP_PORT, ACCEPT_PORT = 5201, 5201, 5202


@dataclass
class Path:
    """From one namespace to an address in another."""

    name: str
    sender: str
    receiver: str
    address: str

    def gbits(self, seconds: int) -> float:
        """What arrived, by one TCP connection."""
        world.need("iperf3")
        server = world.start(*world.inside(self.receiver, "iperf3", "-s", "-1", "-p", str(IPERF_PORT)))
        try:
            return self._iperf(seconds)
        finally:
            world.stop(server)

    def _iperf(self, seconds: int) -> float:
        # Two seconds are more than the server ever needs to start; no answer by then is a failure.
        words = ["iperf3", "-c", self.address, "-p", str(IPERF_PORT), "-t", str(seconds), "-J", "--connect-timeout", "2000"]
        for attempt in range(20):
            done = subprocess.run(world.inside(self.sender, *words), capture_output=True, text=True, timeout=30)
            answer = json.loads(done.stdout or "{}")
            if "error" not in answer and "end" in answer:
                return float(answer["end"]["sum_received"]["bits_per_second"]) / 1e9
            if "refused" not in answer.get("error", ""):
                break
            time.sleep(0.02 * (attempt + 1))
        raise RuntimeError(f"iperf3 {self.name}: {answer.get('error', done.stderr)[:200]}")

    def kpps(self, seconds: float) -> float:
        """Thousands of smallest datagrams per second that arrived."""
        program = world.compile_c("packets")
        receiver = subprocess.Popen(
            world.inside(self.receiver, program, "receive", str(UDP_PORT)), stdout=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
        world.keep(receiver)
        try:
            self._wait_for_port("u", UDP_PORT)
            world.sh(*world.inside(self.sender, program, "send", self.address, str(UDP_PORT), str(seconds)))
            out, _ = receiver.communicate(timeout=20)
        finally:
            world.stop(receiver)
        got, took = out.split()
        if int(got) < 1000:
            raise RuntimeError(f"{self.name}: only {got} datagrams arrived")
        return int(got) / float(took) / 1000

    def connect_us(self, times: int) -> float:
        """Median of the time from SYN to SYN-ACK, by netlab's own probe on every path."""
        server = world.start(*world.inside(self.receiver, "python3", "-c", ACCEPTOR, str(ACCEPT_PORT)))
        try:
            self._wait_for_port("t", ACCEPT_PORT)
            answer = netlab.probe(self.sender, f"{self.address}:{ACCEPT_PORT}", times)
        finally:
            world.stop(server)
        if answer["succeeded"] != times:
            raise RuntimeError(f"{self.name}: {answer['succeeded']} of {times} connections came about")
        return sorted(answer["network"])[times // 2] * 1e6

    def _wait_for_port(self, kind: str, port: int) -> None:
        for _ in range(200):
            if f":{port} " in world.sh(*world.inside(self.receiver, "ss", f"-Hln{kind}")):
                return
            time.sleep(0.02)
        raise RuntimeError(f"{self.name}: nothing listens on port {port}")


def wire(one: tuple[str, str], other: tuple[str, str], mtu: int) -> None:
    """A veth pair between two namespaces, device names given, both up. One queue each, as netlab makes them."""
    queues = ["mtu", str(mtu), "numtxqueues", "1", "numrxqueues", "1"]
    world.sh(
        "ip", "-n", one[0], "link", "add", "name", one[1], *queues, "type", "veth", "peer", "name", other[1], *queues, "netns", other[0]
    )
    for namespace, device in (one, other):
        world.sh("ip", "-n", namespace, "link", "set", "dev", device, "up")


def direct(prefix: str, mtu: int = 1500) -> Path:
    """Two namespaces on one wire."""
    a, b = f"{prefix}-a", f"{prefix}-b"
    for name in (a, b):
        world.make_namespace(name)
    wire((a, "eth0"), (b, "eth0"), mtu)
    world.sh("ip", "-n", a, "address", "add", "192.0.2.1/24", "dev", "eth0")
    world.sh("ip", "-n", b, "address", "add", "192.0.2.2/24", "dev", "eth0")
    return Path("direct veth", a, b, "192.0.2.2")


def routed(prefix: str, mtu: int = 1500) -> Path:
    """Two namespaces with one plain router between them."""
    a, r, b = f"{prefix}-a", f"{prefix}-r", f"{prefix}-b"
    for name in (a, r, b):
        world.make_namespace(name)
    wire((r, "a"), (a, "eth0"), mtu)
    wire((r, "b"), (b, "eth0"), mtu)
    for net, leaf, device in ((1, a, "a"), (2, b, "b")):
        world.sh("ip", "-n", r, "address", "add", f"198.18.{net}.1/24", "dev", device)
        world.sh("ip", "-n", leaf, "address", "add", f"198.18.{net}.2/24", "dev", "eth0")
        world.sh("ip", "-n", leaf, "route", "add", "default", "via", f"198.18.{net}.1")
    world.sh(*world.inside(r, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1"))
    return Path("one router", a, b, "198.18.2.2")
