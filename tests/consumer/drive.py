#!/usr/bin/env python3
"""Uses the library as strangers do: installed, through CMake or pkg-config, or as a part of their own
build; with its static and its shared library.

usage: drive.py SETTINGS install | find_package KIND | pkg_config KIND | add_subdirectory KIND |
                         refusals

SETTINGS is a JSON file that the build writes. What is installed goes to a folder of the build, which
`install` makes and the others use.
"""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
STRICT = ("-Wall", "-Wextra", "-Wconversion", "-Werror")


class Failure(Exception):
    pass


def run(*command, expect_failure=False, **others) -> str:
    command = [str(part) for part in command]
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False, **others)
    if (done.returncode != 0) != expect_failure:
        how = "succeeded" if expect_failure else f"ended with {done.returncode}"
        raise Failure(f"{how}: {shlex.join(command)}\n{done.stdout}")
    return done.stdout


class Consumers:
    def __init__(self, settings: dict):
        self.settings = settings
        self.source = pathlib.Path(settings["source"])
        self.build = pathlib.Path(settings["build"])
        self.work = pathlib.Path(settings["work"])
        self.prefix = self.work / "prefix"
        self.libdir = self.prefix / settings["libdir"]
        self.include = self.prefix / settings["includedir"]
        self.flags = shlex.split(settings["flags"])

    def fresh(self, name: str) -> pathlib.Path:
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def configure(self, name: str, source: pathlib.Path, *options, **others) -> str:
        return run(self.settings["cmake"], "-S", source, "-B", self.fresh(name), "-G", "Ninja",
                   "--log-level=NOTICE", f"-DCMAKE_CXX_COMPILER={self.settings['compiler']}",
                   f"-DCMAKE_CXX_FLAGS={self.settings['flags']}", *options, **others)

    def ccache(self) -> list[str]:
        return [self.settings["ccache"]] if self.settings["ccache"] else []

    def compile_build(self, name: str) -> None:
        run(self.settings["cmake"], "--build", self.work / name)

    def check_linkage(self, program: pathlib.Path, kind: str) -> None:
        needed = re.findall(r"NEEDED.*\[(.*?)\]", run("readelf", "-d", program))
        libraries = [name for name in needed if name.startswith("libtenancy")]
        expected = [f"libtenancy.so.{self.settings['soversion']}"] if kind == "shared" else []
        if libraries != expected:
            raise Failure(f"{program} needs {libraries}, not {expected}")

    def try_program(self, program: pathlib.Path, kind: str, *arguments, **others) -> None:
        self.check_linkage(program, kind)
        run(program, *arguments, **others)

    def try_on_postgres(self, program: pathlib.Path, kind: str, **others) -> None:
        """Against the private server of the tests. It alone needs libpq."""
        folder, port, _ = pathlib.Path(self.settings["cluster"]).read_text().split()
        admin = f"postgresql://postgres@{folder.replace('/', '%2F')}:{port}/postgres"
        database = f"consumer_{os.getpid()}"
        self.try_program(program, kind, admin, database, **others)
        self.try_program(program, kind, **others)
        run("psql", "-Xq", "-h", folder, "-p", port, "-U", "postgres", "-c",
            f"DROP DATABASE {database}", "postgres")
        for other in (program, program.parent / "consumer"):
            needs = "[libpq." in run("readelf", "-d", other)
            if needs != (other == program):
                raise Failure(f"{other} needs libpq: {needs}")

    def install(self) -> None:
        self.fresh("prefix")
        for component in ("runtime", "development", "postgres"):
            run(self.settings["cmake"], "--install", self.build, "--prefix", self.prefix,
                "--component", component)
        public = self.source / "include"
        wanted = {str(path.relative_to(public)) for path in public.rglob("*.hpp")}
        there = {str(path.relative_to(self.include)) for path in self.include.rglob("*")
                 if path.is_file()}
        if wanted != there:
            raise Failure(f"the installed headers differ by {sorted(wanted ^ there)}")
        for path in self.prefix.rglob("*"):
            if path.is_file() and path.suffix in (".cmake", ".pc"):
                text = path.read_text(encoding="utf-8")
                for folder in (self.source, self.build):
                    if str(folder) in text.replace(str(self.prefix), ""):
                        raise Failure(f"{path} names {folder}")

    def find_package(self, kind: str) -> None:
        name = f"find_package_{kind}"
        type_of_target = f"{kind.upper()}_LIBRARY"
        version = self.settings["version"]
        self.configure(name, HERE / "find_package", f"-DCMAKE_PREFIX_PATH={self.prefix}",
                       f"-DREQUEST={version};COMPONENTS;{kind};testing;postgres;conformance",
                       f"-DKIND={type_of_target}",
                       f"-DCMAKE_CXX_COMPILER_LAUNCHER={';'.join(self.ccache())}")
        self.compile_build(name)
        self.try_program(self.work / name / "consumer", kind)
        self.try_program(self.work / name / "host_test", kind)
        self.try_program(self.work / name / "backend_test", kind)
        self.try_on_postgres(self.work / name / "postgres_consumer", kind)

    def pkg_config(self, kind: str) -> None:
        folder = self.fresh(f"pkg_config_{kind}")
        environment = dict(os.environ, PKG_CONFIG_PATH=str(self.libdir / "pkgconfig"))

        def ask(*what: str, of: str = "tenancy") -> list[str]:
            return shlex.split(run("pkg-config", *what, of, env=environment))

        if ask("--modversion") != [self.settings["version"]]:
            raise Failure("pkg-config knows another version")
        kit = run("pkg-config", "--libs", "tenancy-conformance", env=environment)
        if "-ltenancy_conformance" not in kit or "-ltenancy " not in kit + " ":
            raise Failure(f"pkg-config links the conformance kit by {kit}")

        def libraries(of: str) -> list[str]:
            if kind != "static":
                return ask("--libs", of=of)
            # Beside a shared library the linker takes the static one by its file's name only.
            return ["-l:libtenancy.a" if flag == "-ltenancy" else flag
                    for flag in ask("--static", "--libs", of=of)]

        headers = folder / "all_headers.cpp"
        headers.write_text(self.all_headers(), encoding="utf-8")
        objects = []
        for source in (HERE / "main.cpp", headers, HERE / "postgres_main.cpp"):
            objects.append(folder / f"{source.stem}.o")
            run(*self.ccache(), self.settings["compiler"], "-std=c++20", *STRICT, *self.flags,
                *ask("--cflags"), "-c", source, "-o", objects[-1])
        *plain, on_postgres = objects
        run(self.settings["compiler"], *self.flags, *plain, *libraries("tenancy"),
            "-o", folder / "consumer")
        run(self.settings["compiler"], *self.flags, on_postgres, *libraries("tenancy-postgres"),
            "-o", folder / "postgres_consumer")
        found = dict(os.environ, LD_LIBRARY_PATH=str(self.libdir))
        self.try_program(folder / "consumer", kind, env=found)
        self.try_on_postgres(folder / "postgres_consumer", kind, env=found)

    def all_headers(self) -> str:
        names = sorted(str(path.relative_to(self.include)) for path in self.include.rglob("*.hpp"))
        return "".join(f"#include <{name}>\n" for name in names)

    def add_subdirectory(self, kind: str) -> None:
        """The library's objects are not compiled once more: see reuse_object.py."""
        name = f"add_subdirectory_{kind}"
        self.work.mkdir(exist_ok=True)
        headers = self.work / f"{name}_headers.cpp"
        self.include = self.source / "include"
        headers.write_text(self.all_headers(), encoding="utf-8")
        reuse = HERE / "reuse_object.py"
        shared = "ON" if kind == "shared" else "OFF"
        # One of the two goes without PostgreSQL, also where there is no libpq.
        postgres = kind == "static"
        self.configure(
            name, HERE / "add_subdirectory", f"-DBUILD_SHARED_LIBS={shared}",
            "-DTENANCY_BUILD_POSTGRES=ON" if postgres
            else "-DCMAKE_DISABLE_FIND_PACKAGE_PostgreSQL=ON",
            f"-DTENANCY_SOURCE_DIR={self.source}", f"-DALL_HEADERS={headers}",
            f"-DTENANCY_UNITY_BUILD={self.settings['unity_build']}",
            f"-DCMAKE_BUILD_TYPE={self.settings['build_type']}",
            f"-DCMAKE_CXX_FLAGS_{self.settings['build_type'].upper()}="
            f"{self.settings['build_type_flags']}",
            "-DCMAKE_CXX_COMPILER_LAUNCHER="
            + ";".join([sys.executable, str(reuse), str(self.build), *self.ccache()]))
        self.compile_build(name)
        self.try_program(self.work / name / "consumer", kind)
        if postgres:
            self.try_on_postgres(self.work / name / "postgres_consumer", kind)

    def refusals(self) -> None:
        """What cannot be had is refused with words that help."""
        major, minor, patch = (int(part) for part in self.settings["version"].split("."))
        incompatible = r'compatible with requested version "{}".*version: ' + re.escape(
            self.settings["version"])
        cases = {
            f"{major}.{minor}.{patch + 1}": incompatible,
            f"{major}.{minor + 1}": incompatible,
            f"{major + 1}": incompatible,
            "COMPONENTS;postgresql": r"no component 'postgresql'.*It has: shared, static, testing, postgres, conformance",
            "COMPONENTS;shared;static": r"ask for the component shared or static, not for both",
        }

        def ask_for(request: str, *options, expect_failure: bool) -> str:
            return self.configure("refusals", HERE / "find_package",
                                  f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DREQUEST={request}",
                                  "-DKIND=SHARED_LIBRARY", *options,
                                  expect_failure=expect_failure)

        without_libpq = "-DCMAKE_DISABLE_FIND_PACKAGE_PostgreSQL=ON"
        ask_for("COMPONENTS;shared;testing", without_libpq, expect_failure=False)
        output = ask_for("COMPONENTS;shared;postgres", without_libpq, expect_failure=True)
        if "PostgreSQL" not in output:
            raise Failure(f"the component postgres without libpq is refused with\n{output}")
        for request, words in cases.items():
            output = ask_for(request, expect_failure=True)
            expected = words.format(re.escape(request))
            if not re.search(expected, re.sub(r"\s+", " ", output)):
                raise Failure(f"find_package(tenancy {request}) is refused without\n  {expected}\n"
                              f"but with\n{output}")


def main() -> int:
    with open(sys.argv[1], encoding="utf-8") as file:
        consumers = Consumers(json.load(file))
    try:
        getattr(consumers, sys.argv[2])(*sys.argv[3:])
    except Failure as failure:
        print(failure)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
