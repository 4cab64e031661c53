"""Loads on a server: wrk for rates, h2load for latency at a given rate, pgbench for the database alone."""

import json
import re
import statistics
from dataclasses import dataclass
from pathlib import Path

from .cluster import Cluster
from .options import PEERS, SCRATCH, Options
from .process import Failure, run
from .sample import Meter, Sample
from .servers import KEY, Address


@dataclass(frozen=True)
class Target:
    """What is asked: one customer, or a page of `records`."""

    records: int | None = None

    @property
    def kind(self) -> str:
        return "single" if self.records is None else "page"


def wrk(address: Address, target: Target, options: Options, postmaster: int, seed: int) -> Sample:
    """As many requests as go, over all connections. Any failed one makes the turn void."""
    arguments = [target.kind, options.rows, target.records or 0]
    return wrk_script(address, "load.lua", arguments, options, postmaster, seed)


def wrk_script(
    address: Address, script: str, arguments: list[object], options: Options, postmaster: int, seed: int
) -> Sample:
    """The same with the requests of any script, whose arguments end with key and seed."""
    meter = Meter(postmaster, address.daemon.pid)
    arguments = [*arguments, KEY, seed]
    outcome = run(
        [
            "wrk",
            "-t1",
            f"-c{options.clients}",
            f"-d{options.seconds}s",
            "--timeout",
            "30s",
            "-s",
            PEERS / script,
            address.url,
        ]
        + ["--", *map(str, arguments)],
        log=SCRATCH / "wrk.log",
    )
    said = json.loads(outcome.output.strip().splitlines()[-1])
    address.daemon.require_alive()
    if said["failures"] or not said["requests"]:
        raise Failure(f"{address.daemon.name}: {said['failures']} of {said['requests']} requests failed")
    return meter.sample(said["requests"], said["seconds"], outcome.cpu)


def pgbench(cluster: Cluster, options: Options, seed: int) -> Sample:
    """The single-row statement without any HTTP, eight clients."""
    meter = Meter(cluster.postmaster)
    outcome = run(
        ["pgbench", "-M", "prepared", "-n", "-c", "8", "-j", "1", "-T", str(options.seconds)]
        + ["-f", PEERS / "single.sql", "-D", f"rows={options.rows}", f"--random-seed={seed}"]
        + [cluster.url()],
        log=SCRATCH / "pgbench.log",
    )
    count = re.search(r"transactions actually processed: (\d+)", outcome.output)
    rate = re.search(r"tps = ([\d.]+) \(without initial", outcome.output)
    if not count or not rate or "failed transactions: 0 " not in outcome.output:
        raise Failure(f"pgbench said {outcome.output}")
    amount = int(count[1])
    return meter.sample(amount, amount / float(rate[1]), outcome.cpu)


@dataclass(frozen=True)
class Latency:
    """How long requests took, in seconds, and how many there were a second."""

    rate: float
    median: float
    p99: float


def h2load(address: Address, target: Target, options: Options, rate: float | None, paths: Path) -> Latency:
    """Requests at `rate` a second, or as many as go; the time of each one is h2load's own."""
    log = SCRATCH / "h2load.requests"
    log.unlink(missing_ok=True)
    arguments = ["h2load", "--h1", "-t1", f"-c{options.clients}", f"-D{options.seconds}"]
    arguments.append(f"--warm-up-time={0 if options.smoke else 1}")
    arguments += ["-H", f"X-CUTSOM-AUTH: {KEY}", f"--log-file={log}", "-i", str(paths), "-B", address.url]
    if rate is not None:
        arguments.append(f"--rps={rate / options.clients:.2f}")
    if target.records is not None:
        arguments += ["-H", ":method: POST"]
    run(arguments, log=SCRATCH / "h2load.log")
    noted = [line.split("\t") for line in log.read_text().splitlines()]
    times = [int(microseconds) / 1e6 for _, status, microseconds, *_ in noted if status == "200"]
    # The end of the time cuts off what is under way, one request a connection; it is noted without a status.
    cut = sum(status in ("0", "-1") for _, status, *_ in noted)
    # Too few say nothing of the slowest hundredth; a smoke run, which gets what time others leave, asks for nothing of it.
    least = 1 if options.smoke else 100
    if len(times) < least or cut > options.clients or len(times) + cut < len(noted):
        raise Failure(f"{address.daemon.name}: {len(times)} of {len(noted)} requests under h2load succeeded")
    return Latency(
        len(times) / options.seconds, statistics.median(times), statistics.quantiles(times, n=100)[98]
    )
