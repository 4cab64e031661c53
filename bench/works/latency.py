"""How long answers take when the server has some room left."""

import random
from contextlib import ExitStack

from harness import servers
from harness.bench import Bench, say
from harness.load import Latency, Target, h2load
from harness.options import SCRATCH
from harness.report import number, spread
from harness.section import Goal, Section, Spread

SHARE = 0.8
"""Of the highest rate that the same load reached."""


def latency(bench: Bench) -> Section:
    """Median and 99th percentile at four fifths of the highest rate, one customer and pages of 100."""
    options = bench.options
    section = Section(f"Latency at {SHARE:.0%} of the highest rate", "requests")
    section.lines = [["", "highest/s", "held/s", "median ms", "p99 ms", "p99 / median"]]
    chosen = [servers.roster(bench.programs, bench.cluster), servers.fastapi(bench.venv, bench.cluster)]
    chosen.insert(1, servers.c_server(bench.compiled("c_server", "uv", "pq"), bench.cluster))
    targets = {"GET /customer/{id}": Target(), "POST /customers, 100 records": Target(100)}
    if options.smoke:
        del targets["GET /customer/{id}"]
    with ExitStack() as stack:
        running = {server.name: stack.enter_context(server.running()) for server in chosen}
        for what, target in targets.items():
            paths = SCRATCH / f"paths-{target.kind}"
            paths.write_text("".join(_paths(target, options.rows)))
            found: dict[str, list[tuple[Latency, Latency]]] = {name: [] for name in running}
            for turn in range(options.repeat):
                for name, address in running.items():
                    highest = h2load(address, target, options, None, paths)
                    held = h2load(address, target, options, highest.rate * SHARE, paths)
                    found[name].append((highest, held))
                    say(
                        f"  latency {turn + 1}/{options.repeat} {name}, {what}: "
                        f"{held.median * 1e3:.2f} ms, p99 {held.p99 * 1e3:.2f} ms at {held.rate:,.0f}/s"
                    )
            for name, pairs in found.items():
                ratio = Spread.of([held.p99 / held.median for _, held in pairs])
                section.lines.append(
                    [
                        f"{name}, {what}",
                        number(Spread.of([highest.rate for highest, _ in pairs]).median),
                        number(Spread.of([held.rate for _, held in pairs]).median),
                        spread(Spread.of([held.median * 1e3 for _, held in pairs])),
                        spread(Spread.of([held.p99 * 1e3 for _, held in pairs])),
                        spread(ratio),
                    ]
                )
                if name == "Roster":
                    section.goals.append(Goal(f"{what}: p99 / median at {SHARE:.0%} load", ratio, 3, False))
    section.remarks.append(
        "h2load paces every connection by the same clock, so that requests come in waves of as many as there "
        "are connections; the median is mostly the wait for one's place in the wave"
    )
    return section


def _paths(target: Target, rows: int, count: int = 20_000) -> list[str]:
    chance = random.Random(1)
    if target.records is None:
        return [f"/customer/{chance.randint(1, rows)}\n" for _ in range(count)]
    highest = rows - target.records
    return [
        f"/customers?previous_id={chance.randint(0, highest)}&records={target.records}\n"
        for _ in range(count)
    ]
