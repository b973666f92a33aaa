#!/usr/bin/env python3
"""Starts and stops a private PostgreSQL server for tests.

usage: postgres_cluster.py start FILE [SETTING=VALUE...]
       postgres_cluster.py replica FILE FILE_OF_PRIMARY [SETTING=VALUE...]
       postgres_cluster.py restart FILE
       postgres_cluster.py stop FILE

`start` makes a cluster in a folder of its own under the system's folder for temporary files, starts
its server on a socket there and on a free port of the loopback interface, and writes into FILE, a
line each: the folder of socket and data, the port, the server's process id. `replica` does the same
with a copy of another server, which it follows. `restart` ends the process in the middle of whatever
it does, like `pg_ctl restart -m immediate`, or finds it gone, and starts it again with the settings
that it had. A setting `waldir` is where its write-ahead log lies, in small parts. `stop` ends that process and removes the folder. As root the server runs as an unprivileged user, as it must.
"""

import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "max_pred_locks_per_transaction": "256",
    "shared_buffers": "64MB",
    "synchronous_commit": "off",
    "timezone": "UTC",
    "log_min_messages": "warning",
}


def binaries() -> pathlib.Path:
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"),
                   key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    if initdb is None:
        sys.exit("postgres_cluster.py: no initdb: install the package postgresql")
    return pathlib.Path(initdb).parent


def user() -> pwd.struct_passwd | None:
    """Who runs the server; nobody in particular where that is who we are."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    sys.exit("postgres_cluster.py: as root there must be a user 'postgres' or 'nobody'")


def as_user(who: pwd.struct_passwd | None):
    def change() -> None:
        os.setsid()
        if who is not None:
            os.setgid(who.pw_gid)
            os.setgroups([])
            os.setuid(who.pw_uid)
    return change


def parent_for(who: pwd.struct_passwd | None) -> str:
    """The folder for temporary files, if the server's user can get into it."""
    parent = pathlib.Path(tempfile.gettempdir()).resolve()
    is_open = all(path.stat().st_mode & 0o001 for path in (parent, *parent.parents))
    return str(parent) if who is None or is_open else "/tmp"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_folder(who: pwd.struct_passwd | None, kind: str) -> pathlib.Path:
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"tenancy-{kind}-", dir=parent_for(who)))
    if who is not None:
        os.chown(folder, who.pw_uid, who.pw_gid)
    folder.chmod(0o711)
    return folder


def options_for(folder: pathlib.Path, who: pwd.struct_passwd | None) -> dict:
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(folder)}
    return {"cwd": folder, "env": environment, "preexec_fn": as_user(who),
            "stdin": subprocess.DEVNULL}


def serve(file: pathlib.Path, folder: pathlib.Path, port: int, settings: dict[str, str]) -> bool:
    """Starts the server of the folder and writes the file, once it lets sessions in."""
    flags = []
    for name, value in {**SETTINGS, **settings}.items():
        flags += ["-c", f"{name}={value}"]
    with (folder / "log").open("ab") as output:
        server = subprocess.Popen(
            [binaries() / "postgres", "-D", folder / "data", "-k", folder, "-p", str(port),
             "-c", "listen_addresses=127.0.0.1", *flags],
            stdout=output, stderr=subprocess.STDOUT, **options_for(folder, user()))
    for _ in range(600):
        if server.poll() is not None:
            return False
        ready = subprocess.run([binaries() / "pg_isready", "-q", "-h", folder, "-p", str(port)])
        if ready.returncode == 0:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{folder}\n{port}\n{server.pid}\n")
            return True
        time.sleep(0.05)
    return False


def start(file: pathlib.Path, settings: dict[str, str], primary: pathlib.Path | None = None) -> None:
    who = user()
    folder = make_folder(who, "postgres")
    data = folder / "data"
    if primary is None:
        command = [binaries() / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync",
                   "-E", "UTF8", "--no-instructions"]
        if log := settings.pop("waldir", None):
            command += ["--waldir", log, "--wal-segsize", "1"]
    else:
        source, source_port, _ = primary.read_text().split()
        command = [binaries() / "pg_basebackup", "-D", data, "-R", "-X", "stream", "-c", "fast",
                   "--no-sync", "-d", f"host={source} port={source_port} user=postgres "
                   f"application_name={settings.pop('name', 'replica')}"]
    made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          **options_for(folder, who))
    if made.returncode != 0:
        shutil.rmtree(folder)
        sys.exit(f"postgres_cluster.py: {command[0].name} failed:\n{made.stdout}")
    (folder / "settings").write_text(json.dumps(settings))
    for _ in range(5):
        if serve(file, folder, free_port(), settings):
            return
    text = (folder / "log").read_text(errors="replace")
    shutil.rmtree(folder)
    sys.exit(f"postgres_cluster.py: the server does not start:\n{text}")


def await_end(process: int) -> bool:
    """Whether it ended in time."""
    for _ in range(400):
        try:
            os.kill(process, 0)
            os.waitpid(process, os.WNOHANG)
        except ChildProcessError:
            pass
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def restart(file: pathlib.Path) -> None:
    folder, port, process = file.read_text().split()
    try:
        os.kill(int(process), signal.SIGQUIT)
    except ProcessLookupError:
        pass
    await_end(int(process))
    settings = json.loads((pathlib.Path(folder) / "settings").read_text())
    # What the processes of a server that was killed have left may still be theirs for a moment.
    for _ in range(20):
        if serve(file, pathlib.Path(folder), int(port), settings):
            return
        time.sleep(0.1)
    sys.exit("postgres_cluster.py: the server does not start again:\n" +
             (pathlib.Path(folder) / "log").read_text(errors="replace"))


def stop(file: pathlib.Path) -> None:
    if not file.exists():
        return
    folder, _, process = file.read_text().split()
    try:
        os.kill(int(process), signal.SIGINT)  # Fast: sessions are ended.
        if not await_end(int(process)):
            os.kill(int(process), signal.SIGQUIT)
    except ProcessLookupError:
        pass
    shutil.rmtree(folder, ignore_errors=True)
    file.unlink(missing_ok=True)


def settings_of(words: list[str]) -> dict[str, str]:
    return dict(word.split("=", 1) for word in words)


def main() -> None:
    match sys.argv[1:]:
        case ["start", file, *settings]:
            stop(pathlib.Path(file))
            start(pathlib.Path(file), settings_of(settings))
        case ["replica", file, primary, *settings]:
            stop(pathlib.Path(file))
            start(pathlib.Path(file), settings_of(settings), pathlib.Path(primary))
        case ["restart", file]:
            restart(pathlib.Path(file))
        case ["stop", file]:
            stop(pathlib.Path(file))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
