#!/usr/bin/env bash
# Makes a read-only OCI image registry as plain files: FOLDER/v2/library/hello with three layers of 50 MiB each.
# Nothing is made that is there already. Usage: make-registry.sh FOLDER
set -euo pipefail
folder=${1:?usage: make-registry.sh FOLDER}
image=$folder/v2/library/hello
if [ -e "$image/manifests/latest" ]; then exit 0; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/blobs" "$work/manifests"

# The same bytes every time: a stream cipher over zeros. Nothing can compress them, as with real layers.
noise() { head -c "$2" /dev/zero | openssl enc -aes-256-ctr -K "$(printf '%064d' "$1")" -iv 00000000000000000000000000000000 -nosalt; }
# Puts a file among the blobs; says its digest and size.
keep() {
    local digest
    digest=sha256:$(sha256sum "$1" | cut -d' ' -f1)
    mv "$1" "$work/blobs/$digest"
    echo "$digest $(stat -c %s "$work/blobs/$digest")"
}

layers=() ids=()
for number in 1 2 3; do
    noise "$number" $((50 * 1024 * 1024)) >"$work/layer-$number.bin"
    tar --sort=name --owner=0 --group=0 --mtime=@0 -C "$work" -cf "$work/layer.tar" "layer-$number.bin"
    rm "$work/layer-$number.bin"
    read -r digest size < <(keep "$work/layer.tar")
    ids+=("\"$digest\"")
    layers+=("{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\",\"digest\":\"$digest\",\"size\":$size}")
done
join() { local IFS=,; echo "$*"; }
printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[%s]}}' \
    "$(join "${ids[@]}")" >"$work/config.json"
read -r digest size < <(keep "$work/config.json")
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%s},"layers":[%s]}' \
    "$digest" "$size" "$(join "${layers[@]}")" >"$work/manifests/latest"
cp "$work/manifests/latest" "$work/manifests/sha256:$(sha256sum "$work/manifests/latest" | cut -d' ' -f1)"
mkdir -p "$(dirname "$image")"
cp -r "$work/blobs" "$work/manifests" "$folder/" && rm -rf "$image" && mkdir -p "$image" && mv "$folder/blobs" "$folder/manifests" "$image/"
