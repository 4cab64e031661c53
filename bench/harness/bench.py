"""What all works share: the database, the programs, and the turns."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .cluster import Cluster
from .options import PEERS, ROOT, SCRATCH, Options
from .process import Failure
from .sample import Sample


def say(text: str) -> None:
    """Tells how far it is."""
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Bench:
    """One run."""

    options: Options
    cluster: Cluster
    programs: Path
    venv: Path

    def turns(self, title: str, contenders: dict[str, Callable[[int], Sample]]) -> dict[str, list[Sample]]:
        """Gives every contender its turn, one after the other, and that again and again.

        So whatever else the machine does, and however it changes, falls on all of them.
        """
        samples: dict[str, list[Sample]] = {name: [] for name in contenders}
        for turn in range(self.options.repeat):
            for name, measure in contenders.items():
                sample = measure(turn)
                samples[name].append(sample)
                say(f"  {title} {turn + 1}/{self.options.repeat} {name}: {sample.rate:,.0f}/s")
        return samples

    def compiled(self, name: str, *libraries: str) -> Path:
        """A C peer, compiled as one would for use."""
        source, program = PEERS / f"{name}.c", SCRATCH / name
        if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
            flags = [
                "-O2",
                "-march=x86-64-v2",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-D_GNU_SOURCE",
                "-I/usr/include/postgresql",
            ]
            _require(["gcc", *flags, "-o", program, source, *(f"-l{library}" for library in libraries)])
        return program


def _require(arguments: list[str | Path]) -> None:
    done = subprocess.run(arguments, cwd=ROOT, stdout=sys.stderr, check=False)
    if done.returncode != 0:
        raise Failure(f"{arguments[0]} failed")


def built_programs(given: Path | None) -> Path:
    """The folder of the programs; builds them for release unless it is given."""
    if given is None:
        say("building the programs for release")
        for product in ("server", "generator", "exporter"):
            _require(["swift", "build", "-c", "release", "--product", product, "--quiet"])
        given = ROOT / ".build" / "release"
    for name in ("server", "generator", "exporter"):
        if not (given / name).exists():
            raise Failure(f"{given} has no program {name}")
    return given


def python_packages() -> Path:
    """The folder with the Python peers' packages; makes it when the list has changed."""
    wanted, venv = ROOT / "bench" / "requirements.txt", ROOT / "generated" / "bench-venv"
    installed = venv / "requirements.txt"
    if not installed.exists() or installed.read_text() != wanted.read_text():
        say("installing the Python peers")
        # Debian's own Python, which the package python3-venv goes with.
        _require(["/usr/bin/python3", "-m", "venv", "--clear", venv])
        _require([venv / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "-r", wanted])
        installed.write_text(wanted.read_text())
    return venv
