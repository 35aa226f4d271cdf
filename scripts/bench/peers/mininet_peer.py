"""mininet on a Linux bridge: hosts and wires, no routes, no rules."""

from __future__ import annotations

import subprocess

import world


def up_down(count: int, limit: float) -> tuple[float, float]:
    """Seconds up and down, as mininet's own process sees them; `Missing` where it is not installed."""
    # Debian's package lives in the system's Python.
    found = subprocess.run(["/usr/bin/python3", "-c", "import mininet.net"], capture_output=True)
    if found.returncode != 0:
        raise world.Missing("mininet is not installed")
    program = str(world.SOURCES / "peers" / "mininet_child.py")
    process = subprocess.Popen(
        ["unshare", "-n", "-m", "-p", "-f", "--kill-child", "--mount-proc", "/usr/bin/python3", program, str(count)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    world.keep(process)
    try:
        out, errors = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"mininet of {count} hosts took over {limit:.0f} s") from None
    finally:
        world.stop(process)
    if process.returncode != 0:
        raise RuntimeError(f"mininet: {errors.strip()[-300:]}")
    up, down = out.split()[-2:]
    return float(up), float(down)
