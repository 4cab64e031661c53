"""GET /customer/{id} and POST /customers, as fast as a server gives them."""

from contextlib import ExitStack

from harness import agreement, servers
from harness.bench import Bench
from harness.load import Target, pgbench, wrk
from harness.options import SCRATCH
from harness.sample import Role
from harness.section import Goal, Section, Spread
from harness.servers import Address, Server


def contenders(bench: Bench) -> list[Server]:
    """The servers that do the whole work, Roster first."""
    return [
        servers.roster(bench.programs, bench.cluster),
        servers.c_server(bench.compiled("c_server", "uv", "pq"), bench.cluster),
        servers.fastapi(bench.venv, bench.cluster),
        servers.flask(bench.venv, bench.cluster),
    ]


def single(bench: Bench) -> Section:
    """One customer by its id."""
    section = Section(f"GET /customer/{{id}}, {bench.options.clients} connections", "requests")
    with ExitStack() as stack:
        running = _start(bench, section, stack, contenders(bench))
        roster = running["Roster"]
        agreement.require_same_statement(roster, bench.cluster)
        running["responder"] = _responder(bench, section, stack, roster)
        section.notes["Roster"] += "; the look-ups of one turn of the loop share a query"
        section.notes["pgbench"] = "the same statement, prepared, eight clients on the database's socket"
        loads = {name: _load(bench, address, Target()) for name, address in running.items()}
        loads["pgbench"] = lambda turn: pgbench(bench.cluster, bench.options, turn)
        section.samples = bench.turns("single", loads)
    section.expect_ratio("pgbench", 1.1)
    section.expect_ratio("FastAPI", 8)
    ours = [sample.each(Role.SERVER).total * 1e6 for sample in section.samples["Roster"]]
    bare = [sample.each(Role.SERVER).total * 1e6 for sample in section.samples["responder"]]
    above = Spread.of([one - other for one, other in zip(ours, bare, strict=True)])
    section.goals += [
        Goal(f"{section.title}: server CPU", Spread.of(ours), 9, False, " µs"),
        Goal(f"{section.title}: above the responder", above, 4, False, " µs"),
    ]
    return section


def page(bench: Bench, records: int) -> Section:
    """A page of customers from somewhere in the table."""
    section = Section(f"POST /customers, {records} records, {bench.options.clients} connections", "requests")
    with ExitStack() as stack:
        running = _start(bench, section, stack, contenders(bench))
        target = Target(records)
        section.samples = bench.turns(
            f"page{records}", {name: _load(bench, address, target) for name, address in running.items()}
        )
    section.expect_ratio("FastAPI", 6)
    section.expect_ratio("Flask", 35)
    per_row = Spread.of(
        [sample.each(Role.SERVER).user / records * 1e9 for sample in section.samples["Roster"]]
    )
    section.goals.append(Goal(f"{section.title}: server's user CPU a row", per_row, 300, False, " ns"))
    theirs = Spread.of([sample.each(Role.SERVER).user / records * 1e9 for sample in section.samples["C"]])
    section.remarks.append(f"user CPU a row: Roster {per_row.median:.0f} ns, C {theirs.median:.0f} ns")
    return section


def _start(bench: Bench, section: Section, stack: ExitStack, chosen: list[Server]) -> dict[str, Address]:
    """Starts the servers, and holds each to what PostgreSQL says before it is measured."""
    running: dict[str, Address] = {}
    for server in chosen:
        address = stack.enter_context(server.running())
        agreement.require_same_answers(address, bench.cluster, bench.options.rows)
        running[server.name] = address
        section.notes[server.name] = server.note
    return running


def _responder(bench: Bench, section: Section, stack: ExitStack, roster: Address) -> Address:
    answer = agreement.raw_answer(roster, bench.options.rows // 2)
    file = SCRATCH / "answer.http"
    file.write_bytes(answer)
    server = servers.responder(bench.compiled("responder", "uv"), file)
    address = stack.enter_context(server.running())
    agreement.require_same_bytes(address, answer)
    section.notes[server.name] = server.note
    return address


def _load(bench: Bench, address: Address, target: Target):
    return lambda turn: wrk(address, target, bench.options, bench.cluster.postmaster, turn + 1)
