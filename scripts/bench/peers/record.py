"""Records what `netlab up` says to the kernel, message by message, as the file that replay.c plays back.

strace writes one file per thread with time stamps and dumps of everything written; merged by time they tell in which
namespace each socket was opened and what went into it.
"""

from __future__ import annotations

import re
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import world

CALLS = "unshare,setns,socket,openat,mount,write,sendto,sendmsg,close"
ROUTE, NETFILTER = 0, 1
RTM_NEWLINK = 16
IFLA_LINKINFO, IFLA_INFO_DATA, VETH_INFO_PEER, IFLA_NET_NS_FD = 18, 2, 1, 28
NFNL_MSG_BATCH_BEGIN = 16


@dataclass
class Call:
    time: float
    thread: str
    name: str
    arguments: str
    result: int
    data: bytes


@dataclass
class Place:
    """A namespace as netlab made it."""

    name: str = ""
    sockets: set[int] = field(default_factory=set)
    settings: list[tuple[str, bytes]] = field(default_factory=list)


@dataclass
class Send:
    place: int
    kind: int
    data: bytes
    patches: list[tuple[int, int]]
    """Where a descriptor of a namespace stands, and which namespace it means."""


def _calls(file: Path) -> Iterator[Call]:
    """The calls of one thread, each with the bytes strace dumped below it."""
    head = re.compile(r"([\d.]+) (\w+)\((.*)\) += (0x[0-9a-f]+|-?\d+)(?:.*<([\d.]+)>$)?")
    current: Call | None = None
    for line in file.read_text(errors="replace").splitlines():
        if line.startswith(" | "):
            if current:
                current.data += bytes.fromhex(line[10:59].replace(" ", ""))
        elif found := head.match(line):
            if current:
                yield current
            current = Call(_moment(found), file.suffix, found[2], found[3], int(found[4], 0), b"")
    if current:
        yield current


def _moment(found: re.Match[str]) -> float:
    """A descriptor is there from the end of the call that opened it, and gone with the beginning of its close: between
    the two another thread may be given the same number."""
    start = float(found[1])
    return start if found[2] == "close" else start + float(found[5] or 0)


def attributes(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Type, first and last byte of the value of each netlink attribute."""
    while start + 4 <= end:
        length, kind = struct.unpack_from("HH", data, start)
        if length < 4:
            return
        yield kind & 0x3FFF, start + 4, start + length
        start += (length + 3) & ~3


def messages(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Type, first and last byte of each netlink message."""
    start = 0
    while start + 16 <= len(data):
        length, kind = struct.unpack_from("IH", data, start)
        yield kind, start, start + length
        start += (length + 3) & ~3


def _descriptors(data: bytes) -> Iterator[int]:
    """Where new links name the other namespace."""
    for kind, start, end in messages(data):
        if kind != RTM_NEWLINK:
            continue
        for a, b, c in attributes(data, start + 32, end):
            for d, e, f in attributes(data, b, c) if a == IFLA_LINKINFO else ():
                for g, h, i in attributes(data, e, f) if d == IFLA_INFO_DATA else ():
                    for j, k, _ in attributes(data, h + 16, i) if g == VETH_INFO_PEER else ():
                        if j == IFLA_NET_NS_FD:
                            yield k


def _changes(kind: int, data: bytes) -> bool:
    """Whether a send changes something, rather than asks."""
    first = next(messages(data), None)
    if first is None:
        return False
    return first[0] % 4 != 2 if kind == ROUTE else first[0] == NFNL_MSG_BATCH_BEGIN


def _understand(calls: list[Call]) -> tuple[list[Place], list[Send]]:
    places: list[Place] = []
    sends: list[Send] = []
    stands: dict[str, int] = {}
    means: dict[int, int] = {}
    sockets: dict[int, tuple[int, int]] = {}
    files: dict[int, tuple[str, str]] = {}
    for call in calls:
        here = stands.get(call.thread)
        match call.name:
            case "unshare" if "CLONE_NEWNET" in call.arguments and call.result == 0:
                stands[call.thread] = len(places)
                places.append(Place())
            case "setns" if call.result == 0:
                descriptor = int(call.arguments.split(",")[0])
                if descriptor in means:
                    stands[call.thread] = means[descriptor]
            case "mount" if here is not None and (found := re.search(r'"/run/netns/([^"]+)"', call.arguments)):
                places[here].name = found[1].split(".", 1)[1]
            case "openat" if call.result >= 0 and here is not None:
                path = call.arguments.split('"')[1]
                if path.endswith("/ns/net"):
                    means[call.result] = here
                elif path.startswith("/proc/sys/"):
                    files[call.result] = (call.thread, path)
            case "socket" if call.result >= 0 and here is not None and "AF_NETLINK" in call.arguments:
                kind = NETFILTER if "NETLINK_NETFILTER" in call.arguments else ROUTE
                sockets[call.result] = (here, kind)
            case "write" if here is not None:
                descriptor = int(call.arguments.split(",")[0])
                if descriptor in files:
                    places[here].settings.append((files[descriptor][1], call.data))
            case "sendto" | "sendmsg":
                descriptor = int(call.arguments.split(",")[0], 0)
                if descriptor in sockets and _changes(sockets[descriptor][1], call.data):
                    place, kind = sockets[descriptor]
                    patches = [(o, means[struct.unpack_from("i", call.data, o)[0]]) for o in _descriptors(call.data)]
                    places[place].sockets.add(kind)
                    sends.append(Send(place, kind, call.data, patches))
            case "close":
                for known in (means, sockets, files):
                    known.pop(int(call.arguments), None)  # type: ignore[attr-defined]
    return _in_use(places, sends)


def _in_use(places: list[Place], sends: list[Send]) -> tuple[list[Place], list[Send]]:
    """Without a namespace that was made ahead and that nobody took."""
    used = [index for index, place in enumerate(places) if place.name or place.sockets]
    number = {old: new for new, old in enumerate(used)}
    for send in sends:
        send.place = number[send.place]
        send.patches = [(offset, number[meant]) for offset, meant in send.patches]
    return [places[index] for index in used], sends


def _block(data: bytes) -> bytes:
    return struct.pack("I", len(data)) + data + b"\0"


def _encode(places: list[Place], sends: list[Send]) -> bytes:
    out = [struct.pack("I", len(places))]
    out += [_block(place.name.encode()) for place in places]
    for place in places:
        out.append(struct.pack("II", sum(1 << k for k in place.sockets), len(place.settings)))
        out += [_block(path.encode()) + _block(value) for path, value in place.settings]
    out.append(struct.pack("I", len(sends)))
    for send in sends:
        out.append(struct.pack("III", send.place, send.kind, len(send.patches)))
        out += [struct.pack("II", *patch) for patch in send.patches]
        out.append(_block(send.data))
    return b"".join(out)


def record(lab_file: str, target: Path) -> dict[str, int]:
    """Brings the lab up once under strace; how much there was to record."""
    world.need("strace")
    lab = f"{world.PREFIX}record"
    with tempfile.TemporaryDirectory(dir=world.WORK) as folder:
        try:
            world.sh(
                "strace", "-ff", "-ttt", "-T", "-o", f"{folder}/t", "-e", f"trace={CALLS}", "-e", "raw=sendto,sendmsg",
                "-e", "write=all", "-e", "signal=none", world.PROGRAM, "up", lab_file, "--name", lab, "--no-services",
            )  # fmt: skip
        finally:
            world.sh(world.PROGRAM, "down", lab)
        calls = sorted((c for f in Path(folder).iterdir() for c in _calls(f)), key=lambda c: c.time)
    places, sends = _understand(calls)
    target.write_bytes(_encode(places, sends))
    count = sum(1 for s in sends for _ in messages(s.data))
    return {"namespaces": len(places), "sends": len(sends), "messages": count, "bytes": target.stat().st_size}
