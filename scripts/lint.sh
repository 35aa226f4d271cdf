#!/usr/bin/env bash
# Style, and the rules of the house that a compiler does not know.
set -euo pipefail
cd "$(dirname "$0")/.."
status=0

swift format lint --strict --parallel --recursive Sources Tests Package.swift || status=1

# forbid PATTERN WHY ALLOWED…: no line of Sources may match outside the allowed folders and files.
forbid() {
    local pattern=$1 why=$2
    shift 2
    local allowed=()
    for place in "$@"; do
        if [[ $place == *.* ]]; then allowed+=(--exclude="$place"); else allowed+=(--exclude-dir="$place"); fi
    done
    if grep -rnE --include='*.swift' "${allowed[@]}" -- "$pattern" Sources; then
        echo "lint: $why" >&2
        status=1
    fi
}

forbid '^(public )?import CLibNL' 'only RouteNetlink opens the door to libnl' RouteNetlink
forbid '^(public )?import CLibMNL' 'only Nftables opens the door to libmnl' Nftables
forbid 'cnl_setns|cnl_clone_newnet|cnl_clone_newuser' 'only Namespaces changes a namespace' Namespaces
forbid '@unchecked' 'prove it in a comment and allow it here, or do without'
forbid 'try!|\bfatalError\("TODO' 'no traps for what may happen'
forbid '"(ip|nft|sysctl|iptables)"' 'netlab never runs ip, nft, sysctl or iptables'
# A thread that stands in a namespace must not wake the concurrency pool: its new threads would live there.
forbid '\b(Task|DispatchQueue|await)\b.*[{(]' 'no Swift Concurrency and no GCD near namespaces' LabServices NetlabTesting
# The machine's clock may jump at any moment; only what is shown to people may tell the time of day.
forbid '\bDate\(|CLOCK_REALTIME|\b(time|gettimeofday|ftime)\((nil|&)|SystemClock|timeIntervalSince' \
    'deadlines and lifetimes go by ContinuousClock' AccessRecord.swift HTTPDate.swift KernelClock.swift

if command -v shellcheck >/dev/null; then
    shellcheck scripts/*.sh .ci/run || status=1
fi
exit "$status"
