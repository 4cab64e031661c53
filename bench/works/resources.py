"""Memory of the server under load, and the time it takes to start."""

import socket
import time

from harness import servers, usage
from harness.bench import Bench, say
from harness.load import Target, wrk
from harness.options import SCRATCH
from harness.process import Daemon, Failure
from harness.report import spread
from harness.section import Goal, Section, Spread
from harness.servers import KEY, Address, free_port

MEMORY = 48
READY = 50


def memory(bench: Bench) -> Section:
    """The peak with all clients on the largest pages, when they read and when they do not."""
    clients = bench.options.clients
    section = Section(f"Memory of the server, {clients} clients on pages of 1000", "requests")
    reading, stalled = [], []
    for turn in range(bench.options.repeat):
        for loops in (None,) if bench.options.smoke else (1, None):
            with servers.roster(bench.programs, bench.cluster, loops=loops).running() as address:
                wrk(address, Target(1000), bench.options, bench.cluster.postmaster, turn + 1)
                reading.append(usage.peak(address.daemon.pid) / 2**20)
                _ask_and_wait(address, clients)
                stalled.append(usage.peak(address.daemon.pid) / 2**20)
        say(f"  memory {turn + 1}/{bench.options.repeat}: {reading[-1]:.0f} MiB, {stalled[-1]:.0f} MiB")
    section.lines = [
        ["", "peak MiB"],
        ["clients that read", spread(Spread.of(reading))],
        ["clients that ask and do not read for a second", spread(Spread.of(stalled))],
    ]
    section.remarks.append("half of the turns with one loop, half with one per core")
    section.goals.append(
        Goal(f"server: peak memory, {clients} clients", Spread.of(reading), MEMORY, False, " MiB")
    )
    section.goals.append(Goal("server: the same, not reading", Spread.of(stalled), MEMORY, False, " MiB"))
    return section


def _ask_and_wait(address: Address, clients: int) -> None:
    request = (
        f"POST /customers?previous_id=0&records=1000 HTTP/1.1\r\nHost: x\r\nX-CUTSOM-AUTH: {KEY}\r\n\r\n"
    )
    waiting = [socket.create_connection(("127.0.0.1", address.port)) for _ in range(clients)]
    for connection in waiting:
        connection.sendall(request.encode())
    time.sleep(1)
    for connection in waiting:
        connection.close()


def start(bench: Bench) -> Section:
    """From exec to the first 200 of /readyz, with the database up."""
    section = Section("Start of the server", "starts")
    times = [_start_once(bench) * 1e3 for _ in range(4 * bench.options.repeat)]
    section.lines = [["", "ms"], ["exec to ready", spread(Spread.of(times))]]
    section.goals.append(Goal("server: exec to ready", Spread.of(times), READY, False, " ms"))
    return section


def _start_once(bench: Bench) -> float:
    port = free_port()
    server = servers.roster(bench.programs, bench.cluster)
    with Daemon("Roster", server.command(port), log=SCRATCH / "start.log", env=server.env) as daemon:
        address = Address(port, daemon)
        while True:
            try:
                if address.ask("GET", "/readyz", None)[0] == 200:
                    return time.monotonic() - daemon.began
            except OSError:
                pass
            daemon.require_alive()
            if time.monotonic() - daemon.began > servers.READY_WITHIN:
                raise Failure("the server did not become ready")
            # Half a millisecond: the resolution of this figure.
            time.sleep(0.0005)
