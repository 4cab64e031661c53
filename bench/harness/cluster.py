"""The private PostgreSQL, with its customers."""

import copy
import subprocess
from pathlib import Path
from urllib.parse import urlencode

from .options import PEERS, ROOT, SCRATCH
from .process import Failure, run, tail

COLUMNS = [
    "customer_id",
    "first_name",
    "last_name",
    "date_of_birth",
    "email",
    "last_login_dt",
    "last_login_ip",
    "country_origin",
    "home_country",
    "home_city",
    "home_street",
    "home_building_number",
    "work_country",
    "work_city",
    "work_street",
    "work_building_number",
    "mobile_phone",
    "home_phone",
    "work_phone",
]

CSV_COLUMNS = [
    "to_char(last_login_dt AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') AS last_login_dt"
    if name == "last_login_dt"
    else name
    for name in COLUMNS
]
"""The columns as the API and the CSV show them, in SQL."""


class Cluster:
    """PostgreSQL under generated/, as scripts/db starts it."""

    def __init__(self, rows: int) -> None:
        self.database = f"customers_{rows}"
        """One for each size, so that a small run leaves the large table in peace."""
        said = subprocess.run(
            [ROOT / "scripts" / "db", "start", "--name", "bench"],
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if said.returncode != 0:
            raise Failure("scripts/db could not start PostgreSQL")
        self.socket = said.stdout.strip().partition("?host=")[2]
        data = ROOT / "generated" / "bench" / "data"
        self.postmaster = int((data / "postmaster.pid").read_text().split()[0])

    def stop(self) -> None:
        subprocess.run([ROOT / "scripts" / "db", "stop", "--name", "bench"], check=True)

    def url(self, database: str | None = None, user: str = "roster") -> str:
        return f"postgresql:///{database or self.database}?{urlencode({'host': self.socket, 'user': user})}"

    def sql(self, text: str, database: str | None = None, user: str = "roster") -> str:
        """Runs SQL and returns what psql prints, without headings."""
        asked = subprocess.run(
            ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", self.url(database, user)],
            input=text, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if asked.returncode != 0:
            raise Failure(f"psql: {asked.stderr.strip()}")
        return asked.stdout.strip()

    def settle(self) -> None:
        """Writes out what is waiting, so that the next turn does not pay for the last one."""
        self.sql("CHECKPOINT", "postgres", "postgres")

    def recreate(self, database: str) -> None:
        self.sql(f"DROP DATABASE IF EXISTS {database}", "postgres", "postgres")
        self.sql(f"CREATE DATABASE {database} OWNER roster", "postgres", "postgres")

    def copied(self, database: str) -> "Cluster":
        """A copy of the database, under another name."""
        self.sql(f"DROP DATABASE IF EXISTS {database}", "postgres", "postgres")
        self.sql(f"CREATE DATABASE {database} TEMPLATE {self.database} OWNER roster", "postgres", "postgres")
        other = copy.copy(self)
        other.database = database
        other.sql("VACUUM (ANALYZE)")
        return other

    def drop(self, database: str) -> None:
        self.sql(f"DROP DATABASE {database} WITH (FORCE)", "postgres", "postgres")

    def load(self, rows: int, programs: Path) -> str:
        """Sees to it that the table holds the customers 1 to `rows`; tells who made them."""
        databases = self.sql("SELECT datname FROM pg_database", "postgres").splitlines()
        if self.database in databases and self.sql("SELECT to_regclass('customers') IS NOT NULL") == "t":
            if self.sql("SELECT count(*), max(customer_id) FROM customers") == f"{rows}|{rows}":
                return "kept"
        self.recreate(self.database)
        log = SCRATCH / "load.log"
        run([programs / "generator", "--rows", str(rows), "--database", self.url()], log=log)
        if self.sql("SELECT count(*), max(customer_id) FROM customers") != f"{rows}|{rows}":
            raise Failure(f"the generator did not make {rows} rows: {tail(log)}")
        self.sql("VACUUM (FREEZE, ANALYZE) customers")
        self.settle()
        return "generated"

    def statement(self) -> str:
        """The single-row statement of the yardstick pgbench, with its parameter as PostgreSQL shows it."""
        return " ".join((PEERS / "single.sql").read_text().split("\n", 1)[1].replace(":id", "$1").split())
