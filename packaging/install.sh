#!/bin/sh
# Installs a version of Rolebook from its release archive, after checking its SHA-256.
#
#   packaging/install.sh VERSION [DIR]
#
# DIR is the folder to write the program to: ~/.local/bin if you don't say. ROLEBOOK_SHA256 is the wanted
# sum of the archive; without it, the sum is read from the release itself, which protects against broken
# downloads but not against a changed release. ROLEBOOK_RELEASES is where the releases are.
set -eu

version=${1:?usage: install.sh VERSION [DIR]}
version=${version#v}
dir=${2:-$HOME/.local/bin}
releases=${ROLEBOOK_RELEASES:-https://github.com/rolebook/rolebook/releases/download}

fail() {
    echo "error: $1" >&2
    [ $# -lt 2 ] || echo "  = help: $2" >&2
    exit 2
}

case $(uname -s) in
    Linux) system=unknown-linux-musl ;;
    Darwin) system=apple-darwin ;;
    *) fail "there is no archive for $(uname -s) here" "on Windows, take the zip file of the release" ;;
esac
case $(uname -m) in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
    *) fail "there is no archive for $(uname -m)" "build it with \`cargo install\`" ;;
esac

name=rolebook-$version-$machine-$system
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
get() {
    curl --fail --silent --show-error --location --retry 3 --max-time 300 --output "$work/$1" "$releases/v$version/$1" ||
        fail "$releases/v$version/$1 could not be downloaded" "check that version $version exists"
}

get "$name.tar.gz"
wanted=${ROLEBOOK_SHA256:-}
if [ -z "$wanted" ]; then
    get SHA256SUMS
    wanted=$(sed -n "s/^\([0-9a-f]\{64\}\)  $name\.tar\.gz\$/\1/p" "$work/SHA256SUMS")
fi
if command -v sha256sum >/dev/null 2>&1; then
    found=$(sha256sum "$work/$name.tar.gz" | cut -d' ' -f1)
else
    found=$(shasum -a 256 "$work/$name.tar.gz" | cut -d' ' -f1)
fi
[ -n "$wanted" ] && [ "$found" = "$wanted" ] ||
    fail "$name.tar.gz has the SHA-256 $found instead of ${wanted:-any listed one}" "don't use this file; download it again"

tar -xzf "$work/$name.tar.gz" -C "$work"
mkdir -p "$dir"
cp "$work/$name/rolebook" "$dir/rolebook.new"
chmod 755 "$dir/rolebook.new"
mv "$dir/rolebook.new" "$dir/rolebook"
echo "$dir/rolebook is $("$dir/rolebook" --version)"
