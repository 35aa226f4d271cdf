#!/usr/bin/env bash
# Measures netlab against its peers, alternately, in one run. Builds nothing of netlab itself: `make bench` does.
# Usage: bench.sh [--quick] [--only ROW]… [--list]
# NETLAB_PROGRAM chooses the program (default: .build/release/netlab of this tree).
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
        echo "bench: namespaces need root, and there is no sudo" >&2
        exit 3
    }
    exec sudo --preserve-env=PATH,NETLAB_PROGRAM,NETLAB_SHARE "$0" "$@"
fi
export LC_ALL=C DEBIAN_FRONTEND=noninteractive PYTHONDONTWRITEBYTECODE=1
folder=.build/bench
mkdir -p "$folder"

# Peers and tools. What cannot be had is reported as missing by the rows that wanted it; nothing fails for it here.
declare -A packages=(
    [ip]=iproute2 [nft]=nftables [sysctl]=procps [curl]=curl [nmap]=nmap [masscan]=masscan [iperf3]=iperf3 [gcc]=gcc
    [strace]=strace [mn]=mininet [brctl]=bridge-utils
)
missing=()
for program in "${!packages[@]}"; do
    command -v "$program" >/dev/null || missing+=("${packages[$program]}")
done
install() {
    apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=120 "$1" >>"$folder/setup.log" 2>&1
}
if [ ${#missing[@]} -gt 0 ] && command -v apt-get >/dev/null; then
    echo "bench: installing ${missing[*]}" >&2
    updated=no
    for package in "${missing[@]}"; do
        install "$package" && continue
        if [ "$updated" = no ]; then
            apt-get update -q >>"$folder/setup.log" 2>&1 || true
            updated=yes
            install "$package" && continue
        fi
        echo "bench: $package could not be installed; see $folder/setup.log" >&2
    done
fi
if ! "$folder/venv/bin/python" -c 'import pyroute2' 2>/dev/null; then
    echo "bench: installing pyroute2 into $folder/venv" >&2
    { python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install -q pyroute2; } >>"$folder/setup.log" 2>&1 ||
        echo "bench: pyroute2 could not be installed; see $folder/setup.log" >&2
fi

# In a mount namespace of its own with a fresh tmpfs on /run: as on any Debian machine (where /run is on a disk, making
# a file costs a millisecond and drowns the rest), unseen by other labs, and gone with the last process whatever comes.
inside='mount -t tmpfs -o mode=755 tmpfs /run && exec python3 scripts/bench/main.py "$@"'
exec unshare --mount --propagation private -- bash -c "$inside" bench "$@"
