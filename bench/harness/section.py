"""What one work gave: samples per contender, and what was to be reached."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from .sample import Role, Sample

SUBJECT = "Roster"


@dataclass(frozen=True)
class Spread:
    """A median with the lowest and the highest value."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(statistics.median(values), min(values), max(values))


@dataclass(frozen=True)
class Goal:
    """A figure beside the bound that it is to keep."""

    what: str
    values: Spread
    bound: float
    at_least: bool
    unit: str = ""

    @property
    def is_met(self) -> bool:
        if self.at_least:
            return self.values.median >= self.bound
        return self.values.median <= self.bound


@dataclass
class Section:
    """One work, measured."""

    title: str
    unit: str
    """What is counted: `requests` or `rows`."""
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    """What a contender is."""
    goals: list[Goal] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    lines: list[list[str]] = field(default_factory=list)
    """A table of its own where samples do not fit: the heading comes first."""

    def ratio(self, contender: str) -> Spread:
        """Roster's rate over that of a contender, turn by turn: both turns met much the same machine."""
        pairs = zip(self.samples[SUBJECT], self.samples[contender], strict=True)
        return Spread.of([ours.rate / theirs.rate for ours, theirs in pairs])

    def cpu(self, contender: str, role: Role) -> Spread:
        """Seconds of processor time per request or row."""
        return Spread.of([sample.each(role).total for sample in self.samples[contender]])

    def peak(self, contender: str, role: Role) -> Spread:
        """MiB."""
        return Spread.of([sample.peak.get(role, 0) / 2**20 for sample in self.samples[contender]])

    def expect_ratio(self, contender: str, bound: float) -> None:
        """Roster is to be so many times as fast."""
        if contender in self.samples:
            self.goals.append(Goal(f"{self.title}: × {contender}", self.ratio(contender), bound, True))
