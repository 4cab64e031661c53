"""Proof that contenders do the same work, before they are measured.

PostgreSQL's own JSON is the truth; Roster is held to it like everybody else.
"""

import json
import re
import socket
import time

from .cluster import COLUMNS, CSV_COLUMNS, Cluster
from .process import Failure
from .servers import KEY, Address


def _customers(cluster: Cluster, condition: str, limit: int) -> list[dict]:
    select = (
        f"SELECT {', '.join(CSV_COLUMNS)} FROM customers WHERE {condition} ORDER BY customer_id LIMIT {limit}"
    )
    return json.loads(cluster.sql(f"SELECT coalesce(json_agg(row_to_json(one)), '[]') FROM ({select}) one"))


def require_same_answers(address: Address, cluster: Cluster, rows: int) -> None:
    """Throws unless the server gives the customers that PostgreSQL does, with the fields in their order."""
    name = address.daemon.name

    def compare(what: str, answer: tuple[int, bytes], expected: object) -> None:
        status, body = answer
        if status != 200 or json.loads(body) != expected:
            raise Failure(f"{name} does not answer {what} as PostgreSQL does: {status} {body[:300]!r}")

    for identifier in (1, 2, rows // 2, rows):
        [expected] = _customers(cluster, f"customer_id = {identifier}", 1)
        answer = address.ask("GET", f"/customer/{identifier}")
        compare(f"customer {identifier}", answer, expected)
        if list(json.loads(answer[1])) != COLUMNS:
            raise Failure(f"{name}: the fields of a customer are not in the order of the table")
    for previous, records in ((0, 1000), (rows // 2, 100), (rows - 10, 100), (rows, 100)):
        path = f"/customers?previous_id={previous}&records={records}"
        compare(path, address.ask("POST", path), _customers(cluster, f"customer_id > {previous}", records))
    if address.ask("GET", f"/customer/{rows + 1}")[0] != 404:
        raise Failure(f"{name} has a customer {rows + 1}")
    for key in (None, "wrong"):
        if address.ask("GET", "/customer/1", key)[0] != 401:
            raise Failure(f"{name} answers without a valid key")


def require_same_statement(address: Address, cluster: Cluster) -> None:
    """Throws unless the server runs the statement of the yardstick pgbench, which PostgreSQL shows."""
    expected = cluster.statement()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        address.ask("GET", "/customer/1")
        seen = cluster.sql("SELECT query FROM pg_stat_activity WHERE datname = current_database()")
        if any(" ".join(query.split()) == expected for query in seen.splitlines()):
            return
    raise Failure(f"{address.daemon.name} does not run the statement of pgbench: {expected}")


def raw_answer(address: Address, identifier: int) -> bytes:
    """The bytes of an answer, head and body, as they come from the socket."""
    with socket.create_connection(("127.0.0.1", address.port), timeout=10) as connection:
        connection.sendall(
            f"GET /customer/{identifier} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-CUTSOM-AUTH: {KEY}\r\n\r\n".encode()
        )
        received = b""
        while True:
            head, separator, body = received.partition(b"\r\n\r\n")
            length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
            if separator and length and len(body) >= int(length[1]):
                return received
            more = connection.recv(65_536)
            if not more:
                raise Failure(f"{address.daemon.name} closed in the middle of an answer")
            received += more


def require_same_bytes(responder: Address, answer: bytes) -> None:
    """Throws unless the responder gives Roster's answer, byte for byte, to whoever asks."""
    if any(raw_answer(responder, identifier) != answer for identifier in (1, 2)):
        raise Failure("the responder does not give the answer that it was given")
