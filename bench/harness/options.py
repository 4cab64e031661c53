"""The command line."""

import argparse
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "bench" / "peers"
SCRATCH = ROOT / "generated" / "bench-run"


@dataclass(frozen=True)
class Options:
    """What is measured, and how long."""

    rows: int
    """Customers in the table."""
    repeat: int
    """How often each contender has its turn."""
    seconds: int
    """How long one turn of a load lasts."""
    clients: int
    """Connections of a load."""
    only: frozenset[str]
    smoke: bool
    save: bool
    growth: bool
    programs: Path | None
    """Where the built programs are; None builds them."""


def parse(names: list[str], arguments: list[str] | None = None) -> Options:
    """Reads the command line; `names` are the works that can be chosen."""
    parser = argparse.ArgumentParser(
        prog="bench/run", description="Measures Roster beside its yardsticks, all in one run."
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=names,
        metavar="NAME",
        help=f"one of {', '.join(names)}; may be repeated",
    )
    parser.add_argument("--rows", type=int, metavar="N", help="customers in the table (1000000)")
    parser.add_argument("--repeat", type=int, metavar="N", help="turns of each contender (5)")
    parser.add_argument("--seconds", type=int, metavar="N", help="length of a load's turn (4)")
    parser.add_argument("--growth", action="store_true", help="also ten times the rows; takes many minutes")
    parser.add_argument("--programs", type=Path, metavar="DIR", help="built programs (builds .build/release)")
    parser.add_argument("--save", action="store_true", help="write bench/results.md")
    parser.add_argument(
        "--smoke", action="store_true", help="everything once and tiny: shows that it works, measures nothing"
    )
    given = parser.parse_args(arguments)
    if given.smoke and given.save:
        parser.error("--smoke measures nothing that could be saved")
    rows, repeat, seconds = (2_000, 1, 1) if given.smoke else (1_000_000, 5, 4)
    options = Options(
        rows=rows if given.rows is None else given.rows,
        repeat=repeat if given.repeat is None else given.repeat,
        seconds=seconds if given.seconds is None else given.seconds,
        clients=8 if given.smoke else 64,
        only=frozenset(given.only or ()),
        smoke=given.smoke,
        save=given.save,
        growth=given.growth,
        programs=given.programs and given.programs.resolve(),
    )
    if options.rows < 2_000 or options.repeat < 1 or options.seconds < 1:
        parser.error("--rows takes 2000 or more, --repeat and --seconds 1 or more")
    return options
