"""Registered customers and favorites: create, read, change, list and like, beside FastAPI doing the same."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from harness import servers
from harness.bench import Bench
from harness.cluster import Cluster
from harness.load import wrk_script
from harness.process import Failure
from harness.section import Section
from harness.servers import Address

KINDS = {
    "read": "GET /rest/v1/customers/{id}/",
    "list": "GET /rest/v1/customers/, 100 rows from the first thousand",
    "create": "POST /rest/v1/customers/",
    "patch": "PATCH /rest/v1/customers/{id}/, two fields",
    "favorite": "POST /rest/v1/favorites/",
}
NEW = {
    "phone": "9000000000",
    "firstname": "Виктор",
    "lastname": None,
    "email": "user@example.com",
    "birthday": "2023-12-21",
    "gender": "M",
    "city_id": 0,
    "last_auth_at": "2023-12-21T04:20:37.024Z",
}


def rest(bench: Bench, kind: str) -> Section:
    """One kind of request, in a copy of the table, since most of them change it."""
    section = Section(f"{KINDS[kind]}, {bench.options.clients} connections", "requests")
    with ExitStack() as stack:
        cluster = stack.enter_context(_copy(bench.cluster))
        running: dict[str, Address] = {}
        for server in (
            servers.roster(bench.programs, cluster),
            servers.fastapi(bench.venv, cluster, "fastapi_rest"),
        ):
            address = stack.enter_context(server.running())
            _require_same_answers(address, cluster)
            running[server.name] = address
            section.notes[server.name] = server.note
        phones = iter(range(9_000_000_001, 10_000_000_000, 2_000_000))
        section.samples = bench.turns(
            f"rest {kind}",
            {
                name: lambda turn, address=address: wrk_script(
                    address, "rest.lua", [kind, bench.options.rows, next(phones)], bench.options,
                    cluster.postmaster, turn + 1,
                )
                for name, address in running.items()
            },
        )  # fmt: skip
    return section


@contextmanager
def _copy(cluster: Cluster) -> Iterator[Cluster]:
    """The same customers in a database of their own, for as long as it lasts."""
    copy = cluster.copied(f"{cluster.database}_rest")
    try:
        yield copy
    finally:
        cluster.drop(copy.database)


def _require_same_answers(address: Address, cluster: Cluster) -> None:
    """Throws unless the server does the whole work, and leaves in the tables what it is to leave there."""
    name = address.daemon.name

    def ask(method: str, path: str, body: object, status: int) -> dict:
        found, text = address.ask(method, f"/rest/v1/{path}", body=body)
        if found != status:
            raise Failure(f"{name}: {method} {path} gives {found} where {status} is due: {text[:300]!r}")
        return json.loads(text)

    added = ask("POST", "customers/", NEW, 201)
    identifier = added["id"]
    if added != {"id": identifier, **NEW} or list(added) != ["id", *NEW]:
        raise Failure(f"{name} adds {added}")
    ask("POST", "customers/", NEW, 409)
    if ask("GET", f"customers/{identifier}/", None, 200) != added:
        raise Failure(f"{name} reads another customer than it has added")
    changed = ask("PATCH", f"customers/{identifier}/", {"gender": "F", "city_id": 5}, 200)
    if changed != {**added, "gender": "F", "city_id": 5}:
        raise Failure(f"{name} changes the customer to {changed}")
    favorite = ask("POST", "favorites/", {"user_id": identifier, "item_id": 10}, 201)
    if ask("POST", "favorites/", {"user_id": identifier, "item_id": 10}, 200) != favorite:
        raise Failure(f"{name} adds a favorite twice")
    items = ask("GET", "customers/?limit=3&offset=1", None, 200)["items"]
    known = json.loads(
        cluster.sql(
            "SELECT json_agg(row_to_json(one)) FROM (SELECT customer_id AS id, NULL AS phone, "
            "first_name AS firstname, last_name AS lastname, email, date_of_birth AS birthday "
            "FROM customers WHERE customer_id BETWEEN 2 AND 4 ORDER BY 1) one"
        )
    )
    if items != known:
        raise Failure(f"{name} lists {items}")
    left = cluster.sql(
        "SELECT mobile_phone, firstname, code, number FROM customers JOIN phones USING (phone_id) "
        f"JOIN firstnames USING (firstname_id) WHERE customer_id = {identifier}"
    )
    if left != "+79000000000|Виктор|7|9000000000":
        raise Failure(f"{name} leaves {left}")
    cluster.sql(f"DELETE FROM customers WHERE customer_id = {identifier}; DELETE FROM phones")
