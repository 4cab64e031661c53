"""One turn of one contender."""

import time
from dataclasses import dataclass, field
from enum import StrEnum

from . import usage
from .usage import Cpu


class Role(StrEnum):
    """What a process does in a measurement; the columns of the table."""

    SERVER = "server"
    CLIENT = "client"
    BACKENDS = "backends"
    HELPERS = "PostgreSQL's own"


@dataclass
class Sample:
    """What one turn did, how long it took, and what it cost."""

    amount: int
    """Requests or rows."""
    seconds: float
    cpu: dict[Role, Cpu] = field(default_factory=dict)
    peak: dict[Role, int] = field(default_factory=dict)
    """Bytes."""
    foreign: float = 0.0
    """The share of the machine that was taken by processes that are no part of the measurement."""

    @property
    def rate(self) -> float:
        return self.amount / self.seconds

    def each(self, role: Role) -> Cpu:
        """Seconds of processor time per request or row."""
        used = self.cpu.get(role, Cpu())
        return Cpu(used.user / self.amount, used.system / self.amount)


class Meter:
    """Notes what the processes of a measurement have used, and gives the difference later."""

    def __init__(self, postmaster: int, server: int | None = None) -> None:
        self._postmaster = postmaster
        self._server = server
        self._began = time.monotonic()
        self._machine = usage.machine()
        self._used = self._read()

    def _read(self) -> dict[Role, Cpu]:
        backends, helpers = usage.postgres(self._postmaster)
        used = {Role.BACKENDS: backends, Role.HELPERS: helpers}
        if self._server is not None:
            used[Role.SERVER] = usage.cpu(self._server)
        return used

    def sample(self, amount: int, seconds: float, client: Cpu, client_peak: int | None = None) -> Sample:
        """What was used since the meter was made. The client has ended, so what it used is given."""
        now = self._read()
        lasted = time.monotonic() - self._began
        busy = usage.machine() - self._machine
        sample = Sample(amount, seconds, {role: now[role] - before for role, before in self._used.items()})
        sample.cpu[Role.CLIENT] = client
        if self._server is not None:
            sample.peak[Role.SERVER] = usage.peak(self._server)
        if client_peak is not None:
            sample.peak[Role.CLIENT] = client_peak
        ours = sum((used.total for used in sample.cpu.values()), 0.0)
        sample.foreign = max(0.0, busy - ours) / (lasted * usage.os.cpu_count())
        return sample
