"""Programs that are started, watched and stopped."""

import os
import select
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from . import usage
from .usage import Cpu

PEAK_INTERVAL = 50
"""Milliseconds between two looks at how large a program has become."""


class Failure(Exception):
    """A measurement that cannot be made, in words for who runs it."""


@dataclass(frozen=True)
class Outcome:
    """A program that has ended well."""

    output: str
    seconds: float
    cpu: Cpu
    peak: int
    """Its largest resident size in bytes, all its processes together."""


def run(
    arguments: list[str | Path], *, log: Path, env: dict[str, str] | None = None, cwd: Path | None = None
) -> Outcome:
    """Runs a program to its end and tells what it took; its standard error goes to `log`."""
    return run_together([arguments], log=log, env=env, cwd=cwd)


def run_together(
    commands: list[list[str | Path]], *, log: Path, env: dict[str, str] | None = None, cwd: Path | None = None
) -> Outcome:
    """Runs programs at once to the end of the last one, and adds up what they took.

    The peak is read from /proc while they run: what wait4 tells would begin with the size of this process.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    output = log.with_suffix(".out")
    with log.open("w") as errors, output.open("w+") as captured:
        began = time.monotonic()
        running = [
            subprocess.Popen(
                [str(argument) for argument in command],
                stdin=subprocess.DEVNULL, stdout=captured, stderr=errors, cwd=cwd,
                env=os.environ | (env or {}),
            )
            for command in commands
        ]  # fmt: skip
        try:
            now, cpu, peaks = _wait_for_all(running)
        finally:
            # An interrupted measurement leaves nothing behind that goes on working.
            for process in running:
                if process.returncode is None:
                    process.kill()
                    process.wait()
        captured.seek(0)
        text = captured.read()
    for process in running:
        if process.returncode != 0:
            raise Failure(f"{process.args[0]} ended with {process.returncode}: {tail(log)}")
    return Outcome(text, now - began, cpu, sum(peaks.values()))


def _wait_for_all(running: list[subprocess.Popen]) -> tuple[float, Cpu, dict[int, int]]:
    """When the last one ended, what they used together, and how large each became."""
    waits = {os.pidfd_open(process.pid): process for process in running}
    poll = select.poll()
    for descriptor in waits:
        poll.register(descriptor, select.POLLIN)
    peaks = dict.fromkeys((process.pid for process in running), 0)
    cpu = Cpu()
    now = 0.0
    while waits:
        ended = poll.poll(PEAK_INTERVAL)
        now = time.monotonic()
        for process in waits.values():
            peaks[process.pid] = max(peaks[process.pid], usage.peak(process.pid))
        for descriptor, _ in ended:
            process = waits.pop(descriptor)
            poll.unregister(descriptor)
            os.close(descriptor)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            cpu += Cpu(used.ru_utime, used.ru_stime)
    return now, cpu, peaks


def tail(log: Path) -> str:
    """The end of a log, for a message."""
    return log.read_text(errors="replace").strip()[-800:] or "it said nothing"


class Daemon:
    """A program that runs until it is stopped."""

    def __init__(
        self, name: str, arguments: list[str | Path], *, log: Path, env: dict[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:  # fmt: skip
        log.parent.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.log = log
        with log.open("w") as output:
            self.began = time.monotonic()
            self._process = subprocess.Popen(
                [str(argument) for argument in arguments],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=cwd,
                env=os.environ | (env or {}),
            )  # fmt: skip

    @property
    def pid(self) -> int:
        return self._process.pid

    def require_alive(self) -> None:
        """Throws if the program has ended."""
        if self._process.poll() is not None:
            raise Failure(f"{self.name} ended with {self._process.returncode}: {tail(self.log)}")

    def stop(self) -> None:
        """Ends the program, at last by force."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
