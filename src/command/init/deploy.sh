#!/bin/sh
# Builds the site and puts it where nginx serves it. Run it on the server, in a clone of this repository,
# after `git pull`:
#
#   sh deploy.sh /srv/handbook
#
# Each build gets a folder of its own, and `current` is switched to it at once, so that no reader meets half
# a site. The three newest builds stay: to go back, point `current` at an older one.
set -eu

place=${1:?usage: sh deploy.sh FOLDER}
cd "$(dirname "$0")"
name=$(git log -1 --format=%cd-%h --date=format:%Y%m%d%H%M%S)
new=$place/builds/$name

mkdir -p "$place/builds"
rolebook build --out "$new" --quiet
ln -sfn "builds/$name" "$place/next"
# Renaming replaces the old link in a single step.
mv -T "$place/next" "$place/current" 2>/dev/null || mv -fh "$place/next" "$place/current"
ls -1d "$place"/builds/* | sort -r | tail -n +4 | while read -r old; do rm -rf "$old"; done
echo "$place/current is $name"
