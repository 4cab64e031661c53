"""A file of customers into the table, through the API."""

from pathlib import Path

from harness import servers
from harness.bench import Bench
from harness.cluster import COLUMNS
from harness.options import SCRATCH
from harness.process import Failure, run
from harness.sample import Meter, Role, Sample
from harness.section import Goal, Section
from harness.servers import KEY

MEMORY = 48
"""MiB that a program may take."""


def files(bench: Bench) -> Section:
    """`load_data` and its server beside psql, which copies the same file into the same table."""
    rows, cluster = bench.options.rows, bench.cluster
    section = Section(f"Import of {rows:,} rows into the indexed table", "rows")
    section.notes = {
        "Roster": "server script load_data and a server with its defaults: POST /customers/import of one CSV file",
        "psql": r"\copy of the same file: it trusts the file and tells the first bad row alone",
    }
    database = "files"
    cluster.recreate(database)
    url = cluster.url(database)
    log = SCRATCH / "files.log"
    file = SCRATCH / "files.csv"
    run([bench.programs / "server", url, "migrate", "up"], log=log)
    run([bench.programs / "generator", "--rows", str(rows), "--out", file], log=log)

    # A server is ready when it gives this one.
    cluster.sql("INSERT INTO customers (customer_id) VALUES (1)", database)

    def measure(arguments: list[str | Path], meter: Meter, **env: str) -> Sample:
        outcome = run(arguments, log=log, env=env)
        sample = meter.sample(rows, outcome.seconds, outcome.cpu, outcome.peak)
        if cluster.sql("SELECT count(*), max(customer_id) FROM customers", database) != f"{rows}|{rows}":
            raise Failure(f"{arguments[0]} did not load {rows} rows")
        return sample

    def emptied() -> None:
        cluster.sql("TRUNCATE customers RESTART IDENTITY CASCADE", database)
        cluster.settle()

    with servers.roster(bench.programs, cluster, loops=None, database=database).running() as address:

        def roster(_: int) -> Sample:
            emptied()
            arguments = [bench.programs / "server", "script", "load_data", file, "--url", address.url]
            meter = Meter(cluster.postmaster, address.daemon.pid)
            return measure(arguments, meter, ROSTER_API_KEY=KEY)

        def psql(_: int) -> Sample:
            emptied()
            copy = f"\\copy customers ({', '.join(COLUMNS)}) FROM '{file}' WITH (FORMAT csv, HEADER)"
            return measure(["psql", "-X", "-q", "-c", copy, url], Meter(cluster.postmaster))

        section.samples = bench.turns("file-import", {"Roster": roster, "psql": psql})
    cluster.sql(f"DROP DATABASE {database}", "postgres", "postgres")
    section.remarks.append(f"{file.stat().st_size / 2**20:,.0f} MiB")
    file.unlink()
    section.expect_ratio("psql", 0.5)
    for role, program in ((Role.CLIENT, "load_data"), (Role.SERVER, "server of an import")):
        section.goals.append(
            Goal(f"{program}: peak memory", section.peak("Roster", role), MEMORY, False, " MiB")
        )
    return section
