#!/bin/sh
# Makes the passwords of compose.yaml, each in a file of its own, for the user of the image. Those that
# are there stay.
#
# usage: make-secrets.sh [FOLDER]

set -eu
umask 077

folder=${1:-$(dirname -- "$0")/secrets}
user=10001  # As the Dockerfile has it.

mkdir -p -- "$folder"
for name in admin_password owner_password application_password; do
  file=$folder/$name
  if [ ! -s "$file" ]; then
    head -c 24 /dev/urandom | base64 >"$file"
  fi
  if [ "$(id -u)" -eq 0 ]; then
    chown "$user" "$file"
  fi
done
if [ "$(id -u)" -ne 0 ]; then
  echo "The files are yours. In containers user $user must own them: run this as root." >&2
fi
