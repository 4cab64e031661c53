"""The HTTP servers that are compared, each as its users would run it."""

import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .cluster import Cluster
from .options import PEERS, SCRATCH
from .process import Daemon, Failure

KEY = "bench-key"
READY_WITHIN = 30.0


@dataclass(frozen=True)
class Server:
    """How to start a server, and what the table says about it."""

    name: str
    command: Callable[[int], list[str | Path]]
    """The arguments, for a port."""
    note: str
    env: dict[str, str]
    serves_customers: bool = True
    """False for the responder, which has no database."""

    @contextmanager
    def running(self) -> Iterator["Address"]:
        """Starts it on a free port, waits until it answers, and stops it at the end."""
        port = free_port()
        log = SCRATCH / f"{self.name.replace(' ', '-')}.log"
        with Daemon(self.name, self.command(port), log=log, env=self.env, cwd=PEERS) as daemon:
            address = Address(port, daemon)
            address.wait_until_ready()
            yield address


@dataclass(frozen=True)
class Address:
    """A server that runs."""

    port: int
    daemon: Daemon

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, key: str | None = KEY, body: object = None) -> tuple[int, bytes]:
        """One request on a connection of its own; a body goes as JSON."""
        headers = {} if key is None else {"X-CUTSOM-AUTH": key}
        text = None if body is None else json.dumps(body)
        if text is not None:
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body=text, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def wait_until_ready(self) -> None:
        """Waits until a customer is answered."""
        deadline = time.monotonic() + READY_WITHIN
        while True:
            self.daemon.require_alive()
            try:
                if self.ask("GET", "/customer/1")[0] == 200:
                    return
            except OSError:
                pass
            if time.monotonic() > deadline:
                raise Failure(
                    f"{self.daemon.name} was not ready within {READY_WITHIN:.0f} s; see {self.daemon.log}"
                )
            time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def roster(programs: Path, cluster: Cluster, loops: int | None = 1, database: str | None = None) -> Server:
    """Roster's own server; None leaves the number of loops to it."""
    return Server(
        "Roster",
        lambda port: [
            *(programs / "server", cluster.url(database), "--port", str(port), "--log-level", "warning"),
            *(() if loops is None else ("--loops", str(loops))),
        ],
        "one loop" if loops == 1 else "one loop per core",
        {"ROSTER_API_KEYS": KEY},
    )


def fastapi(venv: Path, cluster: Cluster, module: str = "fastapi_app") -> Server:
    return Server(
        "FastAPI",
        lambda port: [
            *(venv / "bin" / "uvicorn", f"{module}:app", "--port", str(port), "--loop", "uvloop"),
            *("--http", "httptools", "--workers", "1", "--no-access-log", "--log-level", "warning"),
        ],
        "asyncpg, orjson; uvicorn with one worker",
        {"ROSTER_API_KEYS": KEY, "DATABASE_URL": cluster.url()},
    )


def flask(venv: Path, cluster: Cluster) -> Server:
    return Server(
        "Flask",
        lambda port: [
            *(venv / "bin" / "gunicorn", "flask_app:app", "--bind", f"127.0.0.1:{port}", "--workers", "2"),
            *("--worker-class", "gthread", "--threads", "4", "--log-level", "warning", "--no-control-socket"),
        ],
        "psycopg2; gunicorn with two workers of four threads",
        {"ROSTER_API_KEYS": KEY, "DATABASE_URL": cluster.url()},
    )


def c_server(program: Path, cluster: Cluster) -> Server:
    return Server(
        "C",
        lambda port: [program, cluster.url(), str(port)],
        "libuv, libpq pipelining, one thread, two connections",
        {"ROSTER_API_KEYS": KEY},
    )


def responder(program: Path, answer: Path) -> Server:
    return Server(
        "responder",
        lambda port: [program, str(port), answer],
        "C on libuv without a database: always the same customer",
        {},
        serves_customers=False,
    )
