"""Registered users, imported out of another database through ODBC."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from harness.bench import Bench
from harness.options import PEERS, SCRATCH
from harness.process import Failure, run
from harness.sample import Meter, Sample
from harness.section import Section

SOURCE, TARGET = "import_source", "import_target"

PEOPLE = """
CREATE TABLE people AS SELECT n AS id, '8 902 ' || lpad(n::text, 7, '0') AS phone,
  ('Имя ' || n % 1000)::varchar(200) AS firstname, ('Фамилия ' || n)::varchar(200) AS lastname,
  ('user' || n || '@example.com')::varchar(320) AS email, date '1950-01-01' + n % 20000 AS birthday,
  'F'::varchar(1) AS gender, n % 50 AS city_id, timestamp '2024-01-09 08:45:19.097' AS last_auth_at
FROM generate_series(1, {rows}) AS n
"""

PLAIN = """
DROP TABLE IF EXISTS people;
CREATE TABLE people (id bigint PRIMARY KEY, phone text UNIQUE, firstname text, lastname text, email text,
  birthday date, gender text, city_id bigint, last_auth_at timestamptz(3))
"""


def imports(bench: Bench) -> Section:
    """The import beside a Python script that does the same, and beside psql that only copies the rows."""
    rows, cluster = max(1000, bench.options.rows // 10), bench.cluster
    section = Section(f"Import of {rows:,} registered users", "rows")
    section.notes = {
        "Roster": "server import customers, through odbc-postgresql, into new tables",
        "Roster again": "the same rows once more: nothing changes",
        "pyodbc": "Python: pyodbc and psycopg2's execute_values, the same driver, a thousand rows at a time",
        "psql": r"\copy out of one database into an indexed table of another: no phones, no names, no checks",
    }
    cluster.recreate(SOURCE)
    cluster.sql(PEOPLE.format(rows=rows), SOURCE)
    log = SCRATCH / "import.log"
    url = cluster.url(TARGET)
    connection = _connection(cluster.url(SOURCE))

    def measure(arguments: list[str | Path], tables: bool, **env: str) -> Sample:
        if tables:
            # New ones, of which PostgreSQL knows nothing yet, as before anybody's first import.
            cluster.recreate(TARGET)
            run([bench.programs / "server", url, "migrate", "up"], log=log)
        cluster.settle()
        meter = Meter(cluster.postmaster)
        outcome = run(arguments, log=log, env=env)
        return meter.sample(rows, outcome.seconds, outcome.cpu, outcome.peak)

    def require(count: str) -> None:
        query = (
            "SELECT count(*) FROM customers JOIN phones USING (phone_id) JOIN firstnames USING (firstname_id)"
        )
        if cluster.sql(query, TARGET) != count:
            raise Failure(f"there are not {count} customers with phones and first names")

    command = [bench.programs / "server", url, "import", "customers"]
    variables = {"MSSQL_CONNECTION": connection, "MSSQL_QUERY": "SELECT * FROM people"}

    def pyodbc(_: int) -> Sample:
        script = [bench.venv / "bin" / "python", PEERS / "pyodbc_import.py", connection, url]
        sample = measure(script, tables=True)
        require(str(rows))
        return sample

    def roster(_: int) -> Sample:
        sample = measure(command, tables=True, **variables)
        require(str(rows))
        return sample

    def again(_: int) -> Sample:
        return measure(command, tables=False, **variables)

    def psql(_: int) -> Sample:
        cluster.sql(PLAIN, TARGET)
        copy = "psql -Xqc '\\copy people TO STDOUT' \"$0\" | psql -Xqc '\\copy people FROM STDIN' \"$1\""
        return measure(["sh", "-c", copy, cluster.url(SOURCE), url], tables=False)

    section.samples = bench.turns(
        "import", {"pyodbc": pyodbc, "Roster": roster, "Roster again": again, "psql": psql}
    )
    for database in (SOURCE, TARGET):
        cluster.drop(database)
    section.expect_ratio("pyodbc", 2)
    return section


def _connection(url: str) -> str:
    """How odbc-postgresql reaches a database of the cluster."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    driver = next(Path("/usr/lib").glob("*-linux-gnu*/odbc/psqlodbcw.so"), None)
    if driver is None:
        raise Failure("odbc-postgresql is not installed; scripts/setup does that")
    return (
        f"Driver={driver};Server={query['host'][0]};Port=5432;Database={parts.path[1:]};"
        f"UID={query['user'][0]};UseDeclareFetch=1;Fetch=1000"
    )
