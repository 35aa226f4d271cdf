#!/usr/bin/env bash
# Makes a small, signed Debian package repository that apt accepts with signed-by=.
# Usage: make-apt-mirror.sh FOLDER
# Does nothing if FOLDER is complete and made by this version of the script. The signing key is made here, used
# once and thrown away; nothing is read from or written to the user's home.
set -euo pipefail
export LC_ALL=C

suites=(stable bookworm jammy noble)
architectures=(amd64 arm64 all)

fail() {
    echo "make-apt-mirror: $*" >&2
    exit "${2:-3}"
}

if [ $# -ne 1 ] || [ -z "$1" ]; then
    echo "usage: $0 FOLDER" >&2
    exit 2
fi
destination=$1
script=${BASH_SOURCE[0]}
version=$(sha256sum "$script" | cut -d ' ' -f 1)

# The mirror arrives whole, so its stamp speaks for all of it, unless somebody took a part away.
complete=yes
for part in .netlab-mirror netlab-archive-keyring.gpg pool/main/h/hello/hello_1.0_all.deb \
    "${suites[@]/%//InRelease}"; do
    [ -s "$destination/$part" ] || [ -s "$destination/dists/$part" ] || complete=no
done
if [ "$complete" = yes ] && [ "$(cat "$destination/.netlab-mirror")" = "$version" ]; then
    exit 0
fi
if [ -e "$destination" ] && [ ! -e "$destination/.netlab-mirror" ] && [ -n "$(ls -A "$destination")" ]; then
    echo "make-apt-mirror: $destination exists and is not a mirror made by this script; choose another folder" >&2
    exit 2
fi
for program in dpkg-deb:dpkg apt-ftparchive:apt-utils gpg:gnupg gpgconf:gnupg xz:xz-utils gzip:gzip; do
    command -v "${program%%:*}" >/dev/null || fail "${program%%:*} is missing; install the package ${program##*:}"
done

mkdir -p "$(dirname "$destination")"
destination=$(cd "$(dirname "$destination")" && pwd)/$(basename "$destination")
# Built beside the destination and moved there whole: an interrupted run leaves no half mirror.
work=$(mktemp -d "$destination.XXXXXX")
# gpg's agent listens on a socket in its home, and socket names are short: not below $work.
GNUPGHOME=$(mktemp -d /tmp/netlab-gpg.XXXXXX)
export GNUPGHOME
clean_up() {
    gpgconf --kill all >/dev/null 2>&1 || true
    rm -rf "$work" "$GNUPGHOME"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The same day in every file: the same packages come out each time.
export SOURCE_DATE_EPOCH=1767225600

# package NAME VERSION SENTENCE: one .deb with one shell script, /usr/bin/NAME.
package() {
    local name=$1 number=$2 sentence=$3
    local tree=$work/tree/$name-$number
    mkdir -p "$tree/DEBIAN" "$tree/usr/bin" "$work/mirror/pool/main/${name:0:1}/$name"
    printf '#!/bin/sh\necho "%s"\n' "$sentence" >"$tree/usr/bin/$name"
    chmod 755 "$tree/DEBIAN" "$tree/usr" "$tree/usr/bin" "$tree/usr/bin/$name"
    cat >"$tree/DEBIAN/control" <<CONTROL
Package: $name
Version: $number
Architecture: all
Maintainer: netlab <netlab@example.invalid>
Section: misc
Priority: optional
Description: $sentence
 A package of the netlab mirror. It exists to be fetched and installed.
CONTROL
    dpkg-deb --build --root-owner-group -Zgzip -z1 "$tree" \
        "$work/mirror/pool/main/${name:0:1}/$name/${name}_${number}_all.deb" >/dev/null
}

cd "$work"
mkdir mirror
package hello 1.0 "Hello from the netlab mirror"
package netlab-update 1.0 "netlab-update, the old version"
package netlab-update 2.0 "netlab-update, the new version"

cd mirror
# Everything here is Architecture: all, so every architecture gets the same list.
apt-ftparchive packages pool >"$work/Packages" 2>/dev/null
gzip -9nc "$work/Packages" >"$work/Packages.gz"
xz -c "$work/Packages" >"$work/Packages.xz"

printf '%s\n' '%no-protection' 'Key-Type: eddsa' 'Key-Curve: ed25519' 'Key-Usage: sign' \
    'Name-Real: netlab mirror' 'Name-Email: netlab@example.invalid' 'Expire-Date: 0' '%commit' >"$work/key"
gpg --batch --quiet --generate-key "$work/key" 2>"$work/gpg.log" || fail "gpg made no key: $(cat "$work/gpg.log")"
gpg --batch --quiet --export >netlab-archive-keyring.gpg

for suite in "${suites[@]}"; do
    for architecture in "${architectures[@]}"; do
        lists=dists/$suite/main/binary-$architecture
        mkdir -p "$lists/by-hash/SHA256"
        for file in Packages Packages.gz Packages.xz; do
            cp "$work/$file" "$lists/$file"
            ln "$lists/$file" "$lists/by-hash/SHA256/$(sha256sum "$lists/$file" | cut -d ' ' -f 1)"
        done
    done
    # One kind of sum: apt asks by the strongest one it finds here, and by-hash has only SHA256.
    apt-ftparchive \
        -o APT::FTPArchive::Release::Origin=netlab -o APT::FTPArchive::Release::Label=netlab \
        -o APT::FTPArchive::Release::Suite="$suite" -o APT::FTPArchive::Release::Codename="$suite" \
        -o APT::FTPArchive::Release::Components=main \
        -o APT::FTPArchive::Release::Architectures="${architectures[*]}" \
        -o APT::FTPArchive::Release::Acquire-By-Hash=yes \
        -o APT::FTPArchive::Release::Patterns::="Packages*" \
        -o APT::FTPArchive::Release::MD5=false -o APT::FTPArchive::Release::SHA1=false \
        -o APT::FTPArchive::Release::SHA512=false \
        release "dists/$suite" >"$work/Release" 2>/dev/null
    mv "$work/Release" "dists/$suite/Release"
    gpg --batch --quiet --digest-algo SHA256 --clearsign --output "dists/$suite/InRelease" "dists/$suite/Release"
    gpg --batch --quiet --digest-algo SHA256 --armor --detach-sign --output "dists/$suite/Release.gpg" \
        "dists/$suite/Release"
done

chmod -R u=rwX,go=rX .
echo "$version" >.netlab-mirror
rm -rf "$destination"
mv "$work/mirror" "$destination"
echo "make-apt-mirror: made $destination (suites ${suites[*]}; packages hello, netlab-update)"
