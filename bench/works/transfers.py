"""Whole tables: export over the API, and generation into the database."""

import filecmp
from pathlib import Path

from harness import servers
from harness.bench import Bench
from harness.cluster import COLUMNS, CSV_COLUMNS
from harness.options import PEERS, SCRATCH
from harness.process import Failure, run, run_together
from harness.sample import Meter, Role, Sample
from harness.section import Goal, Section, Spread
from harness.servers import KEY, Address

MEMORY = 48
"""MiB that a program may take."""


def export(bench: Bench) -> Section:
    """The exporter and its server beside PostgreSQL's own CSV, and beside what fetches the pages at all."""
    rows, cluster = bench.options.rows, bench.cluster
    section = Section(f"Export of {rows:,} rows", "rows")
    section.notes = {
        "Roster": "exporter and server with their defaults",
        "psql": r"\copy (the 19 columns, times formatted, in id order) to a file with CSV HEADER",
        "requests": "sequential Python exporter, from Roster's server; a fifth of the rows",
        "curl": "--parallel, all pages to /dev/null, from Roster's server: nothing parsed, nothing written",
    }
    ours, theirs = SCRATCH / "roster.csv", SCRATCH / "psql.csv"
    fifth = rows // 5
    with servers.roster(bench.programs, cluster, loops=None).running() as address:

        def measure(arguments: list[str | Path], amount: int, server: Address | None, **env: str) -> Sample:
            meter = Meter(cluster.postmaster, server and server.daemon.pid)
            outcome = run(arguments, log=SCRATCH / "export.log", env=env)
            return meter.sample(amount, outcome.seconds, outcome.cpu, outcome.peak)

        def roster(_: int) -> Sample:
            ours.unlink(missing_ok=True)
            arguments = [bench.programs / "exporter", "--out", ours, "--url", address.url]
            return measure(arguments, rows, address, ROSTER_API_KEY=KEY)

        def psql(_: int) -> Sample:
            select = f"SELECT {', '.join(CSV_COLUMNS)} FROM customers ORDER BY customer_id"
            copy = f"\\copy ({select}) TO '{theirs}' WITH (FORMAT csv, HEADER)"
            return measure(["psql", "-X", "-q", "-c", copy, cluster.url()], rows, None)

        def requests(_: int) -> Sample:
            arguments = [bench.venv / "bin" / "python", PEERS / "requests_exporter.py", address.url]
            arguments += [SCRATCH / "requests.csv", str(fifth)]
            return measure(arguments, fifth, address, ROSTER_API_KEY=KEY)

        def curl(_: int) -> Sample:
            pages = f"{address.url}/customers?previous_id=[0-{rows - 1}:1000]&records=1000"
            arguments = ["curl", "--silent", "--show-error", "--fail", "--parallel", "--parallel-max", "16"]
            arguments += ["--request", "POST", "--header", f"X-CUTSOM-AUTH: {KEY}", "--output", "/dev/null"]
            return measure([*arguments, pages], rows, address)

        contenders = {"Roster": roster, "psql": psql, "requests": requests, "curl": curl}
        section.samples = bench.turns("export", contenders)
    if not filecmp.cmp(ours, theirs, shallow=False):
        raise Failure(f"the exporter's file {ours} is not PostgreSQL's {theirs}")
    section.remarks.append(f"{ours.stat().st_size / 2**20:,.0f} MiB; exporter and psql wrote the same bytes")
    section.expect_ratio("psql", 1)
    section.expect_ratio("requests", 7)
    section.goals.append(_memory("exporter", section))
    return section


def generate(bench: Bench) -> Section:
    """The generator beside two psql that copy the same rows, made beforehand, into the same table."""
    rows, cluster = bench.options.rows, bench.cluster
    few = 500 if bench.options.smoke else 10_000
    section = Section(f"Generation of {rows:,} rows into the indexed table", "rows")
    section.notes = {
        "Roster": "generator --jobs 2",
        "psql": r"two \copy at once of the same rows, prepared as CSV",
        "Faker": f"Python's Faker with twelve locales and psycopg2's COPY, one process; {few:,} rows",
    }
    database = "generation"
    cluster.recreate(database)
    url = cluster.url(database)
    log = SCRATCH / "generation.log"
    # The first run makes the table; its rows are what psql gets to copy.
    run([bench.programs / "generator", "--rows", str(rows), "--database", url], log=log)
    made = cluster.sql("SELECT count(*), max(customer_id) FROM customers", database)
    if made != f"{rows}|{rows}":
        raise Failure(f"the generator made {made} where {rows} rows were wanted")
    columns = ", ".join([*COLUMNS, "source"])
    halves = {SCRATCH / "first.csv": (1, rows // 2), SCRATCH / "second.csv": (rows // 2 + 1, rows)}
    for file, (lowest, highest) in halves.items():
        select = (
            f"SELECT {columns} FROM customers WHERE customer_id BETWEEN {lowest} AND {highest} ORDER BY 1"
        )
        cluster.sql(f"\\copy ({select}) TO '{file}' WITH (FORMAT csv)", database)

    def measure(commands: list[list[str | Path]], amount: int) -> Sample:
        cluster.sql("TRUNCATE customers CASCADE", database)
        cluster.settle()
        meter = Meter(cluster.postmaster)
        outcome = run_together(commands, log=log)
        sample = meter.sample(amount, outcome.seconds, outcome.cpu, outcome.peak)
        if cluster.sql("SELECT count(*) FROM customers", database) != str(amount):
            raise Failure(f"{commands[0][0]} did not load {amount} rows")
        return sample

    def roster(_: int) -> Sample:
        arguments = ["--rows", str(rows), "--jobs", "2", "--replace", "--database", url]
        return measure([[bench.programs / "generator", *arguments]], rows)

    def psql(_: int) -> Sample:
        copies = [f"\\copy customers ({columns}) FROM '{file}' WITH (FORMAT csv)" for file in halves]
        return measure([["psql", "-X", "-q", "-c", copy, url] for copy in copies], rows)

    def faker(_: int) -> Sample:
        return measure([[bench.venv / "bin" / "python", PEERS / "faker_copy.py", url, str(few)]], few)

    section.samples = bench.turns("generate", {"Roster": roster, "psql": psql, "Faker": faker})
    cluster.sql(f"DROP DATABASE {database}", "postgres", "postgres")
    section.expect_ratio("psql", 1)
    section.goals.append(_memory("generator", section))
    return section


def _memory(program: str, section: Section) -> Goal:
    return Goal(f"{program}: peak memory", section.peak("Roster", Role.CLIENT), MEMORY, False, " MiB")


def growth(bench: Bench) -> Section:
    """Time per row at ten times the rows."""
    section = Section("Ten times the rows", "rows")
    section.lines = [["", "rows", "µs a row, elapsed", "peak MiB"]]
    found: dict[str, dict[int, list[Sample]]] = {"generator": {}, "exporter": {}}
    sizes = (bench.options.rows, 10 * bench.options.rows)
    database, file = "growth", SCRATCH / "growth.csv"
    url = bench.cluster.url(database)
    for rows in sizes:
        for _ in range(1 if rows == sizes[1] else bench.options.repeat):
            bench.cluster.recreate(database)
            bench.cluster.settle()
            arguments = ["--rows", str(rows), "--jobs", "2", "--database", url]
            outcome = run([bench.programs / "generator", *arguments], log=SCRATCH / "growth.log")
            made = Sample(rows, outcome.seconds, peak={Role.CLIENT: outcome.peak})
            found["generator"].setdefault(rows, []).append(made)
            bench.cluster.sql("VACUUM (FREEZE, ANALYZE) customers", database)
            bench.cluster.settle()
            with servers.roster(
                bench.programs, bench.cluster, loops=None, database=database
            ).running() as address:
                file.unlink(missing_ok=True)
                arguments = ["--out", str(file), "--url", address.url]
                outcome = run(
                    [bench.programs / "exporter", *arguments],
                    log=SCRATCH / "growth.log",
                    env={"ROSTER_API_KEY": KEY},
                )
            made = Sample(rows, outcome.seconds, peak={Role.CLIENT: outcome.peak})
            found["exporter"].setdefault(rows, []).append(made)
    file.unlink()
    bench.cluster.sql(f"DROP DATABASE {database}", "postgres", "postgres")
    for program, by_rows in found.items():
        each = {rows: Spread.of([1e6 / one.rate for one in samples]) for rows, samples in by_rows.items()}
        for rows, samples in by_rows.items():
            peak = max(sample.peak[Role.CLIENT] for sample in samples) / 2**20
            section.lines.append([program, f"{rows:,}", f"{each[rows].median:.3f}", f"{peak:.0f}"])
            section.goals.append(
                Goal(
                    f"{program}: peak memory at {rows:,} rows",
                    Spread(peak, peak, peak),
                    MEMORY,
                    False,
                    " MiB",
                )
            )
        more = each[sizes[1]].median / each[sizes[0]].median
        section.goals.append(
            Goal(
                f"{program}: time a row, {sizes[1]:,} to {sizes[0]:,} rows",
                Spread(more, more, more),
                1.1,
                False,
            )
        )
    return section
