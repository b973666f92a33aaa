#!/usr/bin/env python3
"""Takes the examples of a deployment on PostgreSQL by their word.

What compose.yaml and the units say is run as it stands there, by the programs of this build and
against a private server that asks for passwords; only names of hosts, folders and ports are others.

usage: check_deployment.py SOURCE BIN_FOLDER
"""

import contextlib
import os
import pathlib
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile

import yaml

SECRETS = "/run/secrets/"
STATE = "/var/lib/tenantd"


class Failure(Exception):
    pass


def expect(is_so: bool, what: str) -> None:
    if not is_so:
        raise Failure(what)


def run(*command, **others) -> str:
    words = [str(part) for part in command]
    done = subprocess.run(words, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False, timeout=120, **others)
    expect(done.returncode == 0, f"ended with {done.returncode}: {shlex.join(words)}\n{done.stdout}")
    return done.stdout


class Server:
    """A private cluster with a password for everybody who comes by TCP."""

    def __init__(self, source: pathlib.Path, folder: pathlib.Path):
        self.script = source / "tests" / "support" / "postgres_cluster.py"
        self.file = folder / "cluster"
        rules = folder / "rules"
        rules.write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        folder.chmod(0o755)  # The server's user is another.
        run("python3", self.script, "start", self.file, f"hba_file={rules}")
        self.socket, self.port, _ = self.file.read_text().split()

    def ask(self, sql: str) -> str:
        """Past what is guarded."""
        return run("psql", "-XAtq", "-h", self.socket, "-p", self.port, "-U", "postgres", "-c", sql,
                   "postgres").strip()

    def stop(self) -> None:
        run("python3", self.script, "stop", self.file)


class Deployment:
    def __init__(self, source: pathlib.Path, bin_folder: pathlib.Path, folder: pathlib.Path):
        self.source = source
        self.here = source / "examples" / "deploy"
        self.bin = bin_folder
        self.folder = folder
        self.state = folder / "state"
        self.state.mkdir(mode=0o700)
        self.compose = yaml.safe_load((self.here / "compose.yaml").read_text(encoding="utf-8"))
        self.readme = (self.here / "README.md").read_text(encoding="utf-8")
        self.port = "8080"

    # --- what is written --------------------------------------------------------------------------

    def check_structure(self) -> None:
        services = self.compose["services"]
        secrets = self.compose["secrets"]
        for name, service in services.items():
            expect("restart" in service, f"{name} does not say whether it is started again")
            for other in service.get("depends_on", {}):
                expect(other in services, f"{name} waits for {other}, which is not there")
            for kind in ("networks", "secrets"):
                for each in service.get(kind, []):
                    expect(each in self.compose[kind], f"{name}: no {kind} {each}")
            for volume in service.get("volumes", []):
                expect(volume.split(":")[0] in self.compose["volumes"], f"{name}: no {volume}")
            said = " ".join(map(str, [*service.get("command", []),
                                      *service.get("environment", {}).values()]))
            used = set(re.findall(SECRETS + r"(\w+)", said))
            expect(used == set(service.get("secrets", [])),
                   f"{name} has the secrets {service.get('secrets')} and uses {used}")
            for variable in service.get("environment", {}):
                expect("PASSWORD" not in variable or variable.endswith("_FILE"),
                       f"{name} has a password in its environment: {variable}")
        expect(set(services["tenantd"]["secrets"]) == {"application_password"},
               "the service has more than its own password")
        for name, secret in secrets.items():
            expect(secret == {"file": f"./secrets/{name}"}, f"the secret {name} is no file")

    def make_secrets(self) -> None:
        copy = self.folder / "copy"
        shutil.copytree(self.here, copy, ignore=shutil.ignore_patterns("secrets"))
        self.secrets = copy / "secrets"
        run("sh", copy / "make-secrets.sh")
        made = {file.name: file.read_text() for file in self.secrets.iterdir()}
        expect(set(made) == set(self.compose["secrets"]), f"make-secrets.sh makes {set(made)}")
        run("sh", copy / "make-secrets.sh")
        for file in self.secrets.iterdir():
            status = file.stat()
            expect(stat.S_IMODE(status.st_mode) == 0o600, f"others can use {file}")
            expect(len(file.read_text()) > 30, f"{file} is too short")
            expect(file.read_text() == made[file.name], f"{file} was made anew")
            if os.geteuid() == 0:
                expect(f"--uid {status.st_uid} " in (self.here / "Dockerfile").read_text(),
                       f"{file} is not the image's user's")
                os.chown(file, 0, 0)  # The programs run here as who is here.
        expect(len(set(made.values())) == len(made), "passwords are alike")

    # --- what runs --------------------------------------------------------------------------------

    def here_for(self, text: str, server: Server) -> str:
        """A word of a command as it is to be here."""
        text = text.replace(SECRETS, f"{self.secrets}/").replace(STATE, str(self.state))
        text = re.sub(r"@(postgres|db\.internal)/", f"@127.0.0.1:{server.port}/", text)
        text = re.sub(r"\?sslmode=verify-full&sslrootcert=[^ ]*", "", text)
        return text.replace("0.0.0.0", "127.0.0.1").replace("127.0.0.1/8080",
                                                            f"127.0.0.1/{self.port}")

    def command_of(self, words: list[str], server: Server) -> list[str]:
        program = words[0]
        if program in ("tenantd", "tenantctl"):
            program = str(self.bin / program)
        return [program, *(self.here_for(word, server) for word in words[1:])]

    def run_jobs(self, server: Server) -> None:
        server.ask("ALTER ROLE postgres PASSWORD '"
                   + (self.secrets / "admin_password").read_text().strip() + "'")
        services = self.compose["services"]
        for is_again in (False, True):
            init = run(*self.command_of(services["init"]["command"], server))
            expect(("CREATE DATABASE" in init) != is_again, f"init, again {is_again}: {init}")
            migrate = run(*self.command_of(services["migrate"]["command"], server))
            expect(("create_deployments" in migrate or "create deployments" in migrate) != is_again,
                   f"migrate, again {is_again}: {migrate}")
            for secret in self.secrets.iterdir():
                expect(secret.read_text().strip() not in init + migrate, f"{secret} is printed")
        expect(server.ask("SELECT count(*) FROM pg_roles WHERE rolname IN ('tenancy_owner', "
                          "'tenancy_app') AND NOT rolsuper AND NOT rolbypassrls") == "2",
               "the roles are not what they should be")

    def serve(self, server: Server) -> None:
        service = self.compose["services"]["tenantd"]
        command = [*self.command_of(service["command"], server), "--port", "0"]
        with subprocess.Popen(command, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as process:
            said = ""
            try:
                for line in process.stdout:
                    said += line
                    if line.startswith("listening on "):
                        self.port = line.strip().rsplit(":", 1)[1]
                        break
                expect(process.poll() is None and self.port != "8080", f"does not serve: {said}")
                kind, *check = service["healthcheck"]["test"]
                expect(kind == "CMD", "the health check is not a command")
                run(*self.command_of(check, server))
                self.run_documented(server)
            finally:
                process.terminate()
                said += process.stdout.read()
            expect(process.wait(60) == 0, f"tenantd ended with {process.returncode}: {said}")
            expect("tna_" not in said, "a key was printed")

    def run_documented(self, server: Server) -> None:
        """What README.md says to run in the container of the service."""
        found = re.findall(r"docker compose exec tenantd ((?:[^\n\\]|\\\n)+)", self.readme)
        expect(len(found) >= 2, "README.md has no commands for the container")
        for text in found:
            words = shlex.split(text.replace("\\\n", " "))
            run(*self.command_of(words, server))

    # --- units ------------------------------------------------------------------------------------

    def check_units(self, server: Server) -> None:
        units = self.folder / "units"
        (units / "tenantd.service.d").mkdir(parents=True)
        unit = (self.source / "examples/service/systemd/tenantd.service.in").read_text()
        unit = unit.replace("@CMAKE_INSTALL_FULL_BINDIR@", str(self.bin))
        unit = re.sub("@CMAKE_INSTALL_FULL_SYSCONFDIR@/tenantd/tenantd.toml",
                      str(self.source / "examples/service/tenantd.toml"), unit)
        unit = re.sub("@CMAKE_INSTALL_FULL_SYSCONFDIR@", "/etc", unit)
        unit = re.sub("@CMAKE_INSTALL_FULL_DATADIR@", "/usr/share", unit)
        expect("@" not in re.sub(r"(~?@[a-z-]+)", "", unit), "the unit has an unknown place")
        migrate = (self.here / "systemd/tenantd-migrate.service").read_text()
        migrate = migrate.replace("/usr/bin", str(self.bin))
        drop_in = (self.here / "systemd/tenantd-postgresql.conf").read_text()
        (units / "tenantd.service").write_text(unit)
        (units / "tenantd-migrate.service").write_text(migrate)
        (units / "tenantd.service.d/postgresql.conf").write_text(drop_in)
        said = run("systemd-analyze", "verify", "--man=no", units / "tenantd.service",
                   env=dict(os.environ, SYSTEMD_UNIT_PATH=f"{units}:"))
        expect("tenantd" not in said, f"systemd finds fault: {said}")

        def here(text: str) -> str:
            credentials = {"%d/owner.password": "owner_password",
                           "%d/store.password": "application_password"}
            for name, secret in credentials.items():
                text = text.replace(name, str(self.secrets / secret))
            return self.here_for(text.replace("%S/tenantd", STATE), server)

        for text in (migrate, drop_in):
            for name, file in re.findall(r"^LoadCredential=(\S+):(\S+)$", text, re.M):
                expect(f"%d/{name}" in text, f"nobody uses the credential {name}")
                expect(file in self.readme, f"README.md does not tell of {file}")
        run(*shlex.split(here(re.search("^ExecStart=(.*)$", migrate, re.M)[1])))
        environment = dict(os.environ)
        for assignment in re.findall("^Environment=(.*)$", drop_in, re.M):
            name, value = assignment.split("=", 1)
            environment[name] = here(value)
        start = shlex.split(here(re.search("^ExecStart=(.*)$", unit, re.M)[1]))
        printed = run(*start, "--print-config", env=environment)
        expect('store = "postgresql:***"  # TENANTD_STORE\n' in printed, printed)
        issued = run(*start, "--new-admin-key", "unit", env=environment)
        expect("tna_" in issued, issued)
        self.check_run(here, environment)

    def check_run(self, here, environment: dict[str, str]) -> None:
        """tenantd-run with the options that README.md gives it; the manager is another here."""
        fake = self.folder / "fake"
        fake.mkdir()
        manager = fake / "systemd-run"
        manager.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
        manager.chmod(0o755)
        text = re.search(r"tenantd-run ((?:[^\n\\]|\\\n)+)", self.readme)[1]
        said = run("sh", self.source / "examples/service/systemd/tenantd-run",
                   *shlex.split(text.replace("\\\n", " ")),
                   env=dict(environment, PATH=f"{fake}:{os.environ['PATH']}")).splitlines()
        at = said.index("--")
        options, command = said[:at], said[at + 1:]
        expect("--property=PrivateNetwork=no" in options, f"{options}")
        loaded = [each.split(":")[0].rsplit("=", 1)[1] for each in options
                  if each.startswith("--property=LoadCredential=")]
        expect(loaded == ["store.password"], f"{options}")
        credentials = "${CREDENTIALS_DIRECTORY}/"
        words = [here(word.replace(credentials, "%d/")) for word in command]
        run(self.bin / words[0], *words[1:], cwd=self.state)


def main() -> int:
    source, bin_folder = (pathlib.Path(each).resolve() for each in sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="tenancy-deploy-", dir="/tmp") as name, \
         contextlib.ExitStack() as at_end:
        folder = pathlib.Path(name)
        try:
            deployment = Deployment(source, bin_folder, folder)
            deployment.check_structure()
            deployment.make_secrets()
            server = Server(source, folder)
            at_end.callback(server.stop)
            deployment.run_jobs(server)
            deployment.serve(server)
            deployment.check_units(server)
        except Failure as failure:
            print(failure)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
