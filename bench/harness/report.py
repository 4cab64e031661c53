"""The tables, in Markdown."""

import datetime
import os
import platform
import subprocess
from pathlib import Path

from .options import Options
from .sample import Role, Sample
from .section import SUBJECT, Section, Spread

BUSY = 0.1
"""The share of the machine that may go elsewhere before the figures need a warning."""
CPU_COLUMNS = [Role.SERVER, Role.CLIENT, Role.BACKENDS, Role.HELPERS]


def table(lines: list[list[str]]) -> str:
    """A Markdown table whose columns line up in plain text too."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]

    def row(cells: list[str]) -> str:
        padded = [
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    rule = ["-" * width if column == 0 else "-" * (width - 1) + ":" for column, width in enumerate(widths)]
    return "\n".join([row(lines[0]), row(rule), *map(row, lines[1:])])


def number(value: float) -> str:
    """Three digits that matter."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def spread(values: Spread, unit: str = "") -> str:
    """`median (lowest–highest)`."""
    if values.lowest == values.highest:
        return f"{number(values.median)}{unit}"
    return f"{number(values.median)}{unit} ({number(values.lowest)}–{number(values.highest)})"


def _cpu(samples: list[Sample], role: Role) -> str:
    if not any(role in sample.cpu for sample in samples):
        return ""
    user = Spread.of([sample.each(role).user * 1e6 for sample in samples])
    system = Spread.of([sample.each(role).system * 1e6 for sample in samples])
    return f"{number(user.median)} + {number(system.median)}"


def _peak(samples: list[Sample]) -> str:
    """The largest of the server and of the client, where they were noted."""
    peaks = [max(sample.peak.get(role, 0) for sample in samples) for role in (Role.SERVER, Role.CLIENT)]
    return " + ".join(f"{peak / 2**20:,.0f}" for peak in peaks if peak)


def of_section(section: Section) -> str:
    """The table of one work."""
    parts = [f"## {section.title}", ""]
    if section.samples:
        heading = [section.title, f"{section.unit}/s", f"{SUBJECT} is ×"]
        lines = [["", *heading[1:], *(f"{role} µs" for role in CPU_COLUMNS), "peak MiB"]]
        for name, samples in section.samples.items():
            rate = spread(Spread.of([sample.rate for sample in samples]))
            ratio = "" if name == SUBJECT or SUBJECT not in section.samples else spread(section.ratio(name))
            lines.append([name, rate, ratio, *(_cpu(samples, role) for role in CPU_COLUMNS), _peak(samples)])
        parts += [table(lines), ""]
    if section.lines:
        parts += [table(section.lines), ""]
    parts += [f"- {name}: {note}" for name, note in section.notes.items()]
    parts += [f"- {remark}" for remark in section.remarks]
    return "\n".join(parts).rstrip() + "\n"


def of_goals(sections: list[Section]) -> str:
    """The table of what was to be reached."""
    goals = [goal for section in sections for goal in section.goals]
    if not goals:
        return ""
    lines = [["goal", "wanted", "measured", "reached"]]
    for goal in goals:
        sign = "≥" if goal.at_least else "≤"
        wanted = f"{sign} {goal.bound:g}{goal.unit}"
        lines.append([goal.what, wanted, spread(goal.values, goal.unit), "yes" if goal.is_met else "no"])
    return f"## Goals\n\n{table(lines)}\n"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def of_run(sections: list[Section], options: Options, commit: str) -> str:
    """The whole page."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    foreign = [
        sample.foreign for section in sections for samples in section.samples.values() for sample in samples
    ]
    version = subprocess.run(["psql", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    machine = f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release()}"
    extent = f"{options.rows:,} customers, {options.repeat} turns each, loads of {options.seconds} s over"
    parts = [
        "# Results",
        "",
        f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}, commit {commit}; {machine}; {version}.",
        f"{extent} {options.clients} connections. [README](README.md) says how to read this.",
    ]
    if foreign:
        middle = Spread.of(foreign)
        parts.append(
            f"What was no part of a measurement (the harness, the kernel's own work, other programs) took "
            f"{middle.median:.0%} of the processors in the middle and {middle.highest:.0%} at most."
        )
        if middle.median > BUSY:
            parts.append("So the machine was busy with other work: take the rates for a comparison at best.")
    parts += ["", *(of_section(section) for section in sections), of_goals(sections)]
    return "\n".join(parts).rstrip() + "\n"
