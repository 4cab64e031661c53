"""From the command line to the tables."""

import functools
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable

from works import files, imports, latency, reads, resources, rest, transfers

from .bench import Bench, built_programs, python_packages, say
from .cluster import Cluster
from .options import ROOT, SCRATCH, Options, parse
from .process import Failure
from .report import of_run
from .section import Section

WORKS: dict[str, Callable[[Bench], Section]] = {
    "single": reads.single,
    "page100": lambda bench: reads.page(bench, 100),
    "page1000": lambda bench: reads.page(bench, 1000),
    "latency": latency.latency,
    **{f"rest-{kind}": functools.partial(rest.rest, kind=kind) for kind in rest.KINDS},
    "import": imports.imports,
    "file-import": files.files,
    "export": transfers.export,
    "generate": transfers.generate,
    "memory": resources.memory,
    "start": resources.start,
    "growth": transfers.growth,
}
TOOLS = {
    "wrk": "wrk",
    "h2load": "nghttp2-client",
    "gcc": "gcc",
    "curl": "curl",
    "psql": "postgresql",
    "pgbench": "postgresql",
}
"""Programs, and the Debian packages they come in."""


def main() -> int:
    options = parse(list(WORKS))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return _run(options)
    except Failure as failure:
        say(f"bench/run: {failure}")
        return 1
    except KeyboardInterrupt:
        return 130


def _run(options: Options) -> int:
    missing = sorted({package for tool, package in TOOLS.items() if shutil.which(tool) is None})
    if missing:
        raise Failure(f"these Debian packages are missing: {' '.join(missing)}")
    SCRATCH.mkdir(parents=True, exist_ok=True)
    programs, venv = built_programs(options.programs), python_packages()
    cluster = Cluster(options.rows)
    sections: list[Section] = []
    failed = False
    try:
        say(f"{options.rows:,} customers: {cluster.load(options.rows, programs)}")
        bench = Bench(options, cluster, programs, venv)
        for name, work in WORKS.items():
            if not _is_chosen(name, options):
                continue
            say(name)
            try:
                sections.append(work(bench))
            except Failure as failure:
                failed = True
                say(f"bench/run: {name} is void: {failure}")
                sections.append(Section(f"{name} is void", "", remarks=[str(failure)]))
    finally:
        cluster.stop()
    page = of_run(sections, options, _commit())
    print(page)
    if options.save:
        (ROOT / "bench" / "results.md").write_text(page)
    return 1 if failed else 0


def _is_chosen(name: str, options: Options) -> bool:
    if options.only:
        return name in options.only
    # A smoke run leaves out what would only take the same paths again.
    return options.growth if name == "growth" else not (options.smoke and name == "page1000")


def _commit() -> str:
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return told.stdout.strip() or "unknown"
