"""Where things are, what is installed, and how to leave the machine as it was."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".build" / "bench"
PROGRAM = os.environ.get("NETLAB_PROGRAM", str(ROOT / ".build" / "release" / "netlab"))
VENV = WORK / "venv" / "bin" / "python"
SOURCES = Path(__file__).resolve().parent

PREFIX = "nlt-bench-"
"""Every lab and namespace made here has a name that begins so."""

NETNS = Path("/run/netns")
MNT_DETACH = 2
_libc = ctypes.CDLL(None, use_errno=True)
_children: set[subprocess.Popen[Any]] = set()


class Missing(Exception):
    """A peer or a tool that this machine does not have."""


def need(program: str) -> str:
    """The program's path; `Missing` if it is not installed."""
    path = shutil.which(program)
    if path is None:
        raise Missing(f"{program} is not installed")
    return path


def namespaces() -> list[str]:
    return sorted(p.name for p in NETNS.glob(f"{PREFIX}*")) if NETNS.is_dir() else []


def drop_namespaces(prefix: str = PREFIX) -> None:
    """Takes the names away at once; the kernel frees the namespaces together."""
    assert prefix.startswith(PREFIX)
    for name in namespaces():
        if name.startswith(prefix):
            _libc.umount2(str(NETNS / name).encode(), MNT_DETACH)
            (NETNS / name).unlink(missing_ok=True)


def make_namespace(name: str) -> None:
    assert name.startswith(PREFIX)
    subprocess.run(["ip", "netns", "add", name], check=True)
    subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)


def sh(*command: str, input: str | None = None, limit: float = 120) -> str:
    """Runs a command that must succeed in time; its output."""
    done = subprocess.run(command, input=input, capture_output=True, text=True, timeout=limit)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)[:200]}: exit {done.returncode}: {done.stderr.strip()[:500]}")
    return done.stdout


def start(*command: str) -> subprocess.Popen[bytes]:
    """A process in the background, ended at the latest by `clean_up`."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    keep(process)
    return process


def keep(process: subprocess.Popen[Any]) -> None:
    """Has `clean_up` end this one too, should it still be there."""
    _children.add(process)


def stop(process: subprocess.Popen[Any]) -> None:
    """Ends a process of ours and what it started: it leads its own session."""
    _children.discard(process)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def inside(namespace: str, *command: str) -> list[str]:
    return ["ip", "netns", "exec", namespace, *command]


def clean_up() -> None:
    """Everything this run made, however it ended."""
    for process in list(_children):
        stop(process)
    labs = Path("/run/netlab")
    if labs.is_dir():
        for lab in labs.glob(f"{PREFIX}*"):
            subprocess.run([PROGRAM, "down", lab.name], stdout=subprocess.DEVNULL)
    drop_namespaces()


def compile_c(name: str) -> str:
    """Builds one of our C programs; its path."""
    need("gcc")
    source, target = SOURCES / "peers" / f"{name}.c", WORK / name
    if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
        sh("gcc", "-O2", "-Wall", "-Wextra", str(source), "-o", str(target))
    return str(target)
