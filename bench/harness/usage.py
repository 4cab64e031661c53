"""What processes used, read from /proc."""

import os
from dataclasses import dataclass
from pathlib import Path

OWN = tuple(
    f"postgres: {name}"
    for name in ("checkpointer", "background writer", "walwriter", "autovacuum", "logical")
)
"""How the titles of PostgreSQL's own processes begin; the other children of the postmaster are backends."""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cpu:
    """Seconds of processor time."""

    user: float = 0.0
    system: float = 0.0

    @property
    def total(self) -> float:
        return self.user + self.system

    def __add__(self, other: "Cpu") -> "Cpu":
        return Cpu(self.user + other.user, self.system + other.system)

    def __sub__(self, other: "Cpu") -> "Cpu":
        return Cpu(self.user - other.user, self.system - other.system)


def _times(pid: int) -> tuple[Cpu, Cpu]:
    """What a process used itself, all its threads, and what its ended children did; zero if it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return Cpu(), Cpu()
    user, system, children_user, children_system = (int(field) / TICKS for field in fields[11:15])
    return Cpu(user, system), Cpu(children_user, children_system)


def children(pid: int) -> list[int]:
    """The children of all threads of a process."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in task.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def tree(pid: int) -> list[int]:
    """A process and all that descend from it."""
    return [pid] + [below for child in children(pid) for below in tree(child)]


def cpu(pid: int) -> Cpu:
    """What a process and its descendants used, the ended ones too."""
    return sum((sum(_times(member), Cpu()) for member in tree(pid)), Cpu())


def peak(pid: int) -> int:
    """The largest resident size so far in bytes, added up over a process and its descendants."""
    total = 0
    for member in tree(pid):
        try:
            status = Path(f"/proc/{member}/status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                total += int(line.split()[1]) * 1024
    return total


def postgres(postmaster: int) -> tuple[Cpu, Cpu]:
    """What the backends used, the ended ones too, and what PostgreSQL's own processes did."""
    helpers, backends = _times(postmaster)
    for child in children(postmaster):
        try:
            title = Path(f"/proc/{child}/cmdline").read_bytes().decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        used = sum(_times(child), Cpu())
        if title.startswith(OWN):
            helpers += used
        else:
            backends += used
    return backends, helpers


def machine() -> float:
    """Seconds that all processors together were busy, with what the hypervisor took."""
    user, nice, system, _idle, _wait, irq, softirq, steal = (
        int(field) / TICKS for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    )
    return user + nice + system + irq + softirq + steal
