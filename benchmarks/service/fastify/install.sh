#!/bin/sh
# Installs the peer into a folder: install.sh FOLDER
#
# npm's scripts are left out, since that of better-sqlite3 wants to download a library that somebody
# else has built; it is built here, with the headers of the Node that is installed.

set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
folder=$1
version=$(node --version)

mkdir -p "$folder"
cp "$here/server.js" "$folder/"
if [ "$(cat "$folder/installed" 2>/dev/null)" = "$version" ] &&
  cmp -s "$here/package-lock.json" "$folder/package-lock.json"; then
  exit 0
fi
rm -f "$folder/installed"
cp "$here/package.json" "$here/package-lock.json" "$folder/"
cd "$folder"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

prefix=$(dirname -- "$(dirname -- "$(readlink -f -- "$(command -v node)")")")
if [ ! -r "$prefix/include/node/node.h" ]; then
  echo "there are no headers of Node in $prefix/include/node" >&2
  exit 1
fi
cd node_modules/better-sqlite3
npm_config_nodedir=$prefix ../.bin/node-gyp rebuild --release --silent
echo "$version" >"$folder/installed"
