#!/usr/bin/env bash
# Runs the tests that are built: `test.sh pure` (no root) or `test.sh root` (real namespaces, nothing may be left).
# A root test that is skipped or cancelled counts as failed: a silent skip is a lie.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
    pure) exec swift test --skip-build --skip RootTests ;;
    root) ;;
    *)
        echo "usage: $0 pure|root" >&2
        exit 2
        ;;
esac

if [ "$(id -u)" -ne 0 ]; then
    echo "test: the root tests make namespaces; run: sudo --preserve-env=PATH $0 root" >&2
    exit 3
fi
before=$(ls /run/netns 2>/dev/null || true)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift test --skip-build --filter RootTests --skip SoakRootTests 2>&1 | tee "$log"
# Alone: it compares all that this process and the machine hold before and after.
swift test --skip-build --filter SoakRootTests 2>&1 | tee -a "$log"
if grep -Eq '(skipped|was cancelled)' "$log"; then
    echo "test: a root test was skipped or cancelled" >&2
    exit 1
fi
after=$(ls /run/netns 2>/dev/null || true)
# What went away meanwhile was not ours; what came is.
left=$(comm -13 <(sort <<<"$before") <(sort <<<"$after"))
# Tests also make namespaces by ip alone: where such a one was the last, netlab's note that it made /run/netns is still
# there, and any later command takes it away with the folder.
if [ "$(ls -A /run/netlab 2>/dev/null || true)" = .made-run-netns ]; then .build/debug/netlab prune || true; fi
if [ -n "$left" ] || [ -n "$(ls -A /run/netlab 2>/dev/null || true)" ]; then
    echo "test: something was left behind:" >&2
    echo "$left" >&2
    ls -A /run/netlab >&2 || true
    exit 1
fi
