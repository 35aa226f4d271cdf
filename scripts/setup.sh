#!/usr/bin/env bash
# Installs what netlab needs to build, to run labs and to test, as far as it is missing. Safe to run again.
# Usage: setup.sh [--build-only]    (--build-only: no test clients)
set -euo pipefail
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

build=(libnl-route-3-dev libmnl-dev pkg-config)
# What labs run: names, HTTPS and load balancers, the web application firewall, SSH; image pulls, throughput.
programs=(dnsmasq-base nginx-light libnginx-mod-http-modsecurity modsecurity-crs openssl openssh-server openssh-client
    sshpass skopeo iperf3)
mirror=(dpkg-dev apt-utils gnupg xz-utils)
clients=(nmap curl dnsutils traceroute iproute2 nftables iputils-ping iputils-tracepath iputils-arping procps python3
    tcpdump tshark)

build_only=no
case "${1:-}" in
    "") ;;
    --build-only) build_only=yes ;;
    *)
        echo "usage: $0 [--build-only]" >&2
        exit 2
        ;;
esac

say_swift() {
    cat >&2 <<'TEXT'
setup: netlab needs Swift 6.2 or newer; here is how to get it:
  1. Open https://www.swift.org/install/linux/ and take the current release for Debian 12, either with
     swiftly (the page's first command) or as the toolchain tarball for your processor.
  2. Tarball: unpack it, say to /opt/swift, so that /opt/swift/usr/bin/swift exists. The page also lists the
     Debian packages the toolchain itself needs.
  3. Put it on your path: export PATH=/opt/swift/usr/bin:$PATH  (swiftly: . ~/.local/share/swiftly/env.sh)
  4. Run this script again.
TEXT
    exit 3
}

if ! command -v swift >/dev/null; then
    echo "setup: there is no swift on the PATH ($PATH)" >&2
    say_swift
fi
# "Swift version 6.3.1 (swift-6.3.1-RELEASE)", with other words before it on some builds.
swift_version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' | head -n 1)
major=${swift_version%%.*}
minor=${swift_version##*.}
if [ -z "$swift_version" ] || [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 2 ]; }; then
    echo "setup: $(command -v swift) is version ${swift_version:-unknown}" >&2
    say_swift
fi

wanted=("${build[@]}" "${programs[@]}" "${mirror[@]}")
if [ "$build_only" = no ]; then wanted+=("${clients[@]}"); fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "setup: this system has no apt; install the equivalents of: ${wanted[*]}" >&2
    exit 3
fi

# Asks for all at once; a package that dpkg never heard of is simply absent from the answer. What a package
# Provides counts too: dnsutils is such a name on newer releases.
installed=$(dpkg-query --show --showformat='${db:Status-Status} ${Package} ${Provides}\n' | sed -n 's/^installed //p' |
    sed 's/([^)]*)//g; s/,/ /g' | tr -s ' ' '\n')
missing=()
for package in "${wanted[@]}"; do
    grep -qxF "$package" <<<"$installed" || missing+=("$package")
done

if [ ${#missing[@]} -eq 0 ]; then
    echo "setup: Swift $swift_version and all ${#wanted[@]} packages are here; nothing to do"
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "setup: missing: ${missing[*]}" >&2
        echo "setup: run as root: apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 3
    fi
    as_root=(sudo --preserve-env=DEBIAN_FRONTEND)
fi

# None of these shall serve this machine itself: a policy that says no (101) keeps apt from starting them.
forbid_services() {
    [ -e /usr/sbin/policy-rc.d ] && return
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee /usr/sbin/policy-rc.d >/dev/null
    "${as_root[@]}" chmod 755 /usr/sbin/policy-rc.d
    trap '"${as_root[@]}" rm -f /usr/sbin/policy-rc.d; rm -f "$log"' EXIT
}

install() {
    "${as_root[@]}" apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=120 "${missing[@]}"
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
forbid_services
# The lists may be old or absent; only then are they fetched.
if ! install >"$log" 2>&1; then
    if ! "${as_root[@]}" apt-get update -q >"$log" 2>&1 || ! install >>"$log" 2>&1; then
        tail -n 20 "$log" >&2
        echo "setup: apt-get could not install: ${missing[*]}" >&2
        exit 3
    fi
fi
echo "setup: Swift $swift_version; installed ${missing[*]}"
