#!/usr/bin/env python3
"""Starts and stops a private PgBouncer for tests, in front of a server of postgres_cluster.py.

usage: pgbouncer.py start FILE FILE_OF_SERVER [SETTING=VALUE...]
       pgbouncer.py restart FILE
       pgbouncer.py stop FILE

`start` writes into FILE, a line each: its folder, the port on the loopback interface, its process
id. It gives each transaction another of two connections for each database and role. `restart` kills
the process and starts another on the same port. As root it runs as an unprivileged user, as it must.
"""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

from postgres_cluster import await_end, free_port, make_folder, options_for, settings_of, user

SETTINGS = {
    "pool_mode": "transaction",
    "default_pool_size": "2",
    "max_client_conn": "500",
    "server_login_retry": "0.1",
}
ROLES = ("postgres", "tenancy_app", "tenancy_owner", "tenancy_query")


def program() -> str:
    found = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if found is None:
        sys.exit("pgbouncer.py: no pgbouncer: install the package pgbouncer")
    return found


def is_reachable(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def serve(file: pathlib.Path, folder: pathlib.Path, port: int) -> bool:
    with (folder / "log").open("ab") as output:
        process = subprocess.Popen([program(), folder / "pgbouncer.ini"], stdout=output,
                                   stderr=subprocess.STDOUT, **options_for(folder, user()))
    for _ in range(200):
        if process.poll() is not None:
            return False
        if is_reachable(port):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{folder}\n{port}\n{process.pid}\n")
            return True
        time.sleep(0.05)
    return False


def start(file: pathlib.Path, server: pathlib.Path, settings: dict[str, str]) -> None:
    host, server_port, _ = server.read_text().split()
    folder = make_folder(user(), "pgbouncer")
    (folder / "users").write_text("".join(f'"{role}" ""\n' for role in ROLES))
    for _ in range(5):
        port = free_port()
        lines = ["[databases]", f"* = host={host} port={server_port}", "[pgbouncer]",
                 "listen_addr = 127.0.0.1", f"listen_port = {port}", "unix_socket_dir =",
                 "auth_type = trust", f"auth_file = {folder}/users", "admin_users = postgres"]
        lines += [f"{name} = {value}" for name, value in {**SETTINGS, **settings}.items()]
        (folder / "pgbouncer.ini").write_text("\n".join(lines) + "\n")
        if serve(file, folder, port):
            return
    text = (folder / "log").read_text(errors="replace")
    shutil.rmtree(folder)
    sys.exit(f"pgbouncer.py: it does not start:\n{text}")


def end(process: int, how: signal.Signals) -> None:
    try:
        os.kill(process, how)
        await_end(process)
    except ProcessLookupError:
        pass


def restart(file: pathlib.Path) -> None:
    folder, port, process = file.read_text().split()
    end(int(process), signal.SIGKILL)
    if not serve(file, pathlib.Path(folder), int(port)):
        sys.exit("pgbouncer.py: it does not start again:\n" +
                 (pathlib.Path(folder) / "log").read_text(errors="replace"))


def stop(file: pathlib.Path) -> None:
    if not file.exists():
        return
    folder, _, process = file.read_text().split()
    end(int(process), signal.SIGTERM)  # At once.
    shutil.rmtree(folder, ignore_errors=True)
    file.unlink(missing_ok=True)


def main() -> None:
    match sys.argv[1:]:
        case ["start", file, server, *settings]:
            stop(pathlib.Path(file))
            start(pathlib.Path(file), pathlib.Path(server), settings_of(settings))
        case ["restart", file]:
            restart(pathlib.Path(file))
        case ["stop", file]:
            stop(pathlib.Path(file))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
