#!/usr/bin/env bash
# Fuzzes every parser with libFuzzer: FUZZ_SECONDS (60) each, or only the parsers named as arguments.
#
# What it learns stays in .build-fuzz/corpus and is where the next run begins. An input that fails is put into
# Tests/FuzzTests/Corpus/PARSER: from then on the pure tests try it. Where the toolchain has no libFuzzer, the seeded
# fuzzer of the tests runs for as long.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-60}
scratch=.build-fuzz

if ! NETLAB_FUZZ=1 swift build --scratch-path "$scratch" --product netlab-fuzz --sanitize fuzzer \
    -Xcc -fsanitize=fuzzer-no-link; then
    echo "fuzz: no libFuzzer here; using the seeded fuzzer of the tests" >&2
    FUZZ_SECONDS=$seconds exec swift test --filter FuzzTests
fi
program=$scratch/debug/netlab-fuzz
if [ $# -gt 0 ]; then targets="$*"; else targets=$(FUZZ_TARGET='' "$program"); fi

total=0
failed=
for target in $targets; do
    corpus=$scratch/corpus/$target
    found=$scratch/found/$target
    seeds=$scratch/seeds/$target
    rm -rf "$found" "$seeds"
    mkdir -p "$corpus" "$found" "$seeds"
    # Once to write the seeds (they are read before the first input), once to run.
    FUZZ_TARGET=$target FUZZ_SEEDS=$seeds "$program" -runs=0 >/dev/null 2>&1
    log=$scratch/$target.log
    known=Tests/FuzzTests/Corpus/$target
    [ -d "$known" ] || known=
    if ! FUZZ_TARGET=$target "$program" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=16384 \
        -print_final_stats=1 -artifact_prefix="$found/" "$corpus" "$seeds" ${known:+"$known"} >"$log" 2>&1; then
        failed="$failed $target"
        mkdir -p "Tests/FuzzTests/Corpus/$target"
        cp "$found"/* "Tests/FuzzTests/Corpus/$target/" 2>/dev/null || true
        tail -30 "$log" >&2
    fi
    count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    memory=$(sed -n 's/^stat::peak_rss_mb: *//p' "$log")
    total=$((total + ${count:-0}))
    printf '%-18s %10s executions  %5s MB at most\n' "$target" "${count:-?}" "${memory:-?}"
done
echo "fuzz: $total executions"
if [ -n "$failed" ]; then
    echo "fuzz: failed:$failed" >&2
    exit 1
fi
