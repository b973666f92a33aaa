#!/usr/bin/env bash
# Installs the packages in a fresh Debian 12, uses them and removes them again.
#
# usage: clean_root.sh FOLDER_OF_PACKAGES WORK_FOLDER
#
# WORK_FOLDER keeps the base system and downloads for the next time. TENANCY_DEBIAN_MIRROR names
# another mirror than deb.debian.org. All mounts and processes are of namespaces that end with this
# script, however it ends.

set -euo pipefail

if [[ -z ${TENANCY_IN_NAMESPACE:-} ]]; then
  TENANCY_IN_NAMESPACE=1 exec unshare --mount --propagation private --pid --fork --kill-child \
    --mount-proc "$0" "$@"
fi

folder=$1 work=$2
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
mirror=${TENANCY_DEBIAN_MIRROR:-http://deb.debian.org/debian}
base=$work/base.tar
root=$work/root
# As systemd would choose one: no user of this system.
user=61999
started=$SECONDS

say() { printf '%4d s  %s\n' "$((SECONDS - started))" "$*"; }
fail() {
  printf 'clean_root: %s\n' "$@" >&2
  exit 1
}
finish() {
  local status=$?
  umount "$root/proc" "$root/var/cache/apt/archives" 2>/dev/null || true
  rm -rf --one-file-system "$root"
  ((status == 0)) || echo "clean_root: FAILED" >&2
}
trap finish EXIT

# inside COMMAND...: runs it in the root, with a plain environment.
inside() {
  chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive "$@"
}
install_packages() {
  inside apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends "$@" \
    >"$work/apt.log" 2>&1 || { cat "$work/apt.log" && fail "apt cannot install $*"; }
}
# debs NAME...: the files of packages, as they are called inside.
debs() {
  local name
  for name; do
    find "$root/tmp/debs" -name "${name}_*.deb" -printf '/tmp/debs/%f\n'
  done
}
# as_service COMMAND...: as the unit's user, in the folder of its store.
as_service() {
  inside setpriv --reuid=$user --regid=$user --clear-groups --no-new-privs --inh-caps=-all \
    --bounding-set=-all /bin/sh -c 'umask 0077 && cd /var/lib/tenantd && exec "$@"' sh "$@"
}
# ask PORT METHOD PATH [HEADER]: prints the whole answer.
ask() {
  local connection
  exec {connection}<>"/dev/tcp/127.0.0.1/$1"
  printf '%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n' "$2" "$3" \
    "${4:+$4$'\r\n'}" >&"$connection"
  cat <&"$connection"
  exec {connection}>&-
}
expect_status() {
  [[ $2 == "HTTP/1.1 $1 "* ]] || fail "expected status $1, but:" "$2"
}
files() {
  inside find / -xdev \( -path /proc -o -path /run -o -path /var/cache -o -path /var/log -o -path /tmp \
    -o -path /root \) -prune -o -print | sort
}

make_base() {
  mkdir -p "$work"
  [[ ! -f $base ]] || return 0
  rm -rf --one-file-system "$work/base"
  debootstrap --variant=minbase bookworm "$work/base" "$mirror" >"$work/debootstrap.log" 2>&1 ||
    fail "debootstrap failed; see $work/debootstrap.log"
  tar -C "$work/base" -cf "$base.new" .
  mv "$base.new" "$base"
  rm -rf --one-file-system "$work/base"
}

# start_service [VARIABLE=VALUE...]: as the unit does.
start_service() {
  local command
  command=$(sed -n 's/^ExecStart=//p' "$root/usr/lib/systemd/system/tenantd.service")
  command=${command//%S/\/var\/lib}
  local -a words
  read -r -a words <<<"$command"
  words=(env "$@" "${words[@]}")
  # shellcheck disable=SC2016 # The shell inside says who it is before it becomes the service.
  exec {output}< <(as_service sh -c 'echo "$$" && exec "$@"' sh "${words[@]}" 2>&1)
  substitution=$!
  read -r service <&"$output" || true
  [[ $service =~ ^[0-9]+$ ]] || fail "the service does not start: ${words[*]}" "$service"
  port='' service_log=''
  local line
  while [[ -z $port ]] && read -r -t 60 line <&"$output"; do
    service_log+=$line$'\n'
    [[ $line != "listening on "* ]] || port=${line##*:}
  done
  [[ -n $port ]] || fail "the service does not start: ${words[*]}" "$service_log"
}

stop_service() {
  kill -TERM "$service"
  service_log+=$(cat <&"$output")
  exec {output}<&-
  wait "$substitution" || fail "the service ended with $?:" "$service_log"
  # The log has a thread of its own, which may have the last word.
  [[ $service_log$'\n' == *$'\nstopped\n'* ]] || fail "the service did not stop gracefully:" "$service_log"
  [[ $service_log != *tn[ak]_* ]] || fail "the service printed a key"
}

make_base
say "a fresh system"
rm -rf --one-file-system "$root"
mkdir -p "$root" "$work/archives/partial"
tar -C "$root" -xf "$base"
mount -t proc proc "$root/proc"
mount --bind "$work/archives" "$root/var/cache/apt/archives"
cp /etc/resolv.conf "$root/etc/resolv.conf"
inside apt-get -qq update
# Not running here, but it judges units.
install_packages systemd
files >"$work/before.txt"

mkdir "$root/tmp/debs"
cp "$folder"/*.deb "$root/tmp/debs/"
mapfile -t packages < <(cd "$folder" && printf '%s\n' *.deb | sed 's/_.*//')
((${#packages[@]} == 5)) || fail "there are not five packages: ${packages[*]}"
# Programs know PostgreSQL; the library does not, nor what it takes to build with it.
for package in "${packages[@]}"; do
  depends=$(dpkg-deb -f "$folder/$package"_*.deb Depends)
  case $package in
    tenantd | tenantctl) needed=libpq5 ;;
    libtenancy-postgres-dev) needed=libpq-dev ;;
    *) needed='' ;;
  esac
  if [[ -n $needed ]]; then
    [[ ", $depends" == *", $needed"* ]] || fail "$package does not depend on $needed: $depends"
  else
    [[ $depends != *libpq* ]] || fail "$package depends on libpq: $depends"
  fi
done

mapfile -t files_of_service < <(debs 'libtenancy0.*' tenantd tenantctl)
install_packages "${files_of_service[@]}"
say "installed the service and the command line"

unit=tenantd.service
inside test -e "/etc/systemd/system/multi-user.target.wants/$unit" || fail "the unit is not enabled"
inside systemd-analyze verify --man=no "$unit" || fail "systemd-analyze finds fault with $unit"
say "$(inside systemd-analyze security --offline=true "$unit" | tail -n 1)"

# What StateDirectory= and DynamicUser= make of it; the folder above is open to the unit alone.
mkdir -p "$root/var/lib/private/tenantd"
chmod 0755 "$root/var/lib/private"
chown $user:$user "$root/var/lib/private/tenantd"
chmod 0700 "$root/var/lib/private/tenantd"
ln -s private/tenantd "$root/var/lib/tenantd"

# What an administrator writes there is in force, and the service's user can read it.
sed -i 's/^#port = 8080$/port = 0/' "$root/etc/tenantd/tenantd.toml"
start_service
expect_status 200 "$(ask "$port" GET /healthz)"
expect_status 401 "$(ask "$port" GET /api/tenants)"
key=$(as_service tenantd --data . --new-admin-key first | grep -o 'tna_[^ ]*')
expect_status 200 "$(ask "$port" GET /api/tenants "Authorization: Bearer $key")"
as_service tenantctl --store sqlite:tenancy.db tenants create acme --name "Acme Corporation" \
  >/dev/null
stop_service
start_service
answer=$(ask "$port" GET /api/tenants "Authorization: Bearer $key")
[[ $answer == *"Acme Corporation"* ]] || fail "the tenant is gone after a restart:" "$answer"
stop_service

# The unit's own words on TLS, as a drop-in, and what LoadCredential= makes of the files.
mkdir "$root/etc/systemd/system/$unit.d"
{
  echo '[Service]'
  sed -n 's/^#\(LoadCredential=\|Environment=\)/\1/p' "$root/usr/lib/systemd/system/$unit"
} >"$root/etc/systemd/system/$unit.d/tls.conf"
[[ $(wc -l <"$root/etc/systemd/system/$unit.d/tls.conf") == 4 ]] || fail "the unit does not tell of TLS"
inside systemd-analyze verify --man=no "$unit" || fail "systemd-analyze finds fault with TLS"
rm -r "$root/etc/systemd/system/$unit.d"
credentials=/run/credentials/$unit
mkdir -p "$root$credentials"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -days 1 \
  -keyout "$root$credentials/tls.key" -out "$root$credentials/tls.crt" 2>"$work/openssl.log" ||
  { cat "$work/openssl.log" && fail "openssl makes no certificate"; }
chown -R $user:$user "$root$credentials"
chmod 0400 "$root$credentials"/tls.*
chmod 0500 "$root$credentials"
start_service TENANTD_TLS_CERTIFICATE=$credentials/tls.crt TENANTD_TLS_KEY=$credentials/tls.key
[[ $service_log == *"listening on https://"* ]] || fail "the service speaks no TLS:" "$service_log"
stop_service
rm -r "$root$credentials"
say "the service took TLS files as credentials"

inside tenantd-run --help >/dev/null
others=$(find "$root/var/lib/private/tenantd" -perm /077)
[[ -z $others ]] || fail "others can reach $others"
say "the service ran, as user $user"

install_packages "$(debs libtenancy-dev)" cmake g++ make pkgconf
! inside dpkg-query -W libpq-dev >/dev/null 2>&1 || fail "the library needs libpq-dev"
say "installed the development files"
cp -r "$here/../consumer" "$root/tmp/consumer"
cat >"$root/tmp/use.sh" <<'USE'
set -e
cmake -S /tmp/consumer/find_package -B "/tmp/$1" "-DREQUEST=COMPONENTS;$1;testing;conformance" "-DKIND=$2"
cmake --build "/tmp/$1"
"/tmp/$1/consumer"
"/tmp/$1/host_test"
"/tmp/$1/backend_test"
USE
for kind in shared static; do
  inside sh /tmp/use.sh "$kind" "${kind^^}_LIBRARY" >"$work/consumer.log" 2>&1 ||
    { cat "$work/consumer.log" && fail "the $kind library cannot be used by find_package"; }
  say "a program uses the $kind library by find_package"
done
# shellcheck disable=SC2016 # It is the shell inside that asks pkg-config.
inside sh -c 'g++ -std=c++20 -Wall -Wextra -Werror $(pkg-config --cflags tenancy) \
  /tmp/consumer/main.cpp $(pkg-config --libs tenancy) -o /tmp/by_pkg_config && /tmp/by_pkg_config' \
  >/dev/null || fail "the library cannot be used by pkg-config"
say "a program uses it by pkg-config"

install_packages "$(debs libtenancy-postgres-dev)"
cat >"$root/tmp/use_postgres.sh" <<'USE'
set -e
cmake -S /tmp/consumer/find_package -B "/tmp/$1_postgres" "-DREQUEST=COMPONENTS;$1;postgres" "-DKIND=$2"
cmake --build "/tmp/$1_postgres"
"/tmp/$1_postgres/postgres_consumer"
g++ -std=c++20 -Wall -Wextra -Werror $(pkg-config --cflags tenancy-postgres) \
  /tmp/consumer/postgres_main.cpp $(pkg-config --libs tenancy-postgres) -o /tmp/postgres_by_pkg_config
/tmp/postgres_by_pkg_config
USE
for kind in shared static; do
  inside sh /tmp/use_postgres.sh "$kind" "${kind^^}_LIBRARY" >"$work/consumer.log" 2>&1 ||
    { cat "$work/consumer.log" && fail "stores on PostgreSQL cannot be built with the $kind library"; }
done
say "a program uses it with stores on PostgreSQL"

inside apt-get -qq -o Dpkg::Use-Pty=0 purge -y "${packages[@]}" >"$work/apt.log" 2>&1 ||
  { cat "$work/apt.log" && fail "apt cannot purge"; }
grep -q 'the store stays' "$work/apt.log" || fail "the purge does not say that the store stays"
inside test -s /var/lib/private/tenantd/tenancy.db || fail "the purge took the tenants' data"
rm -r "$root/var/lib/private/tenantd" "$root/var/lib/tenantd"
# What is new now is that of other packages, or of the package system.
files | comm -13 "$work/before.txt" - |
  grep -vxF -f <(cat "$root"/var/lib/dpkg/info/*.list) |
  grep -E 'tenan|systemd' >"$work/left.txt" || true
[[ ! -s $work/left.txt ]] || fail "left behind: $(cat "$work/left.txt")"
for package in "${packages[@]}"; do
  ! inside dpkg-query -W "$package" >/dev/null 2>&1 || fail "$package is still known"
done
say "purged; nothing is left but the store"
