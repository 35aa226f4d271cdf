#!/usr/bin/env bash
# Hours' worth of labs, as root: SOAK_CYCLES (1000) times up, check and down, SOAK_LABS (50) labs at once, every error at
# every system call of `up` and `down`, and SOAK_CLOUDS (5000) random clouds, from seed SOAK_SEED (1) on, whose every
# flow must go as predicted. Labs are made by the release build; faults need the debug build.
set -euo pipefail
cd "$(dirname "$0")/.."
export SOAK_CYCLES=${SOAK_CYCLES:-1000} SOAK_LABS=${SOAK_LABS:-50}
if [ "$(id -u)" -ne 0 ]; then
    echo "soak: it makes namespaces; run: sudo --preserve-env=PATH $0" >&2
    exit 3
fi
NETLAB_PROGRAM=$PWD/.build/release/netlab swift test --skip-build --filter SoakRootTests
if [ "${SOAK_FAULTS:-1}" = 1 ]; then NETLAB_ALL_FAULTS=1 swift test --skip-build --filter FaultRootTests; fi
NETLAB_CLOUDS=${SOAK_CLOUDS:-5000} NETLAB_CLOUD_SEED=${SOAK_SEED:-1} swift test --skip-build --filter DifferentialTests
