"""Thousands of connections to one server, from one thread: most of them rest, some ask without a pause.

    crowd.py PORT KEY IDLE BUSY REQUESTS ROWS

Opens IDLE connections, one request on each, and says `resting`. On SIGUSR1 it opens BUSY more, asks REQUESTS
times over all of these, then once more on each of the others, and writes what it saw as one line of JSON.
"""

import contextlib
import json
import resource
import select
import signal
import socket
import sys
import time

port, key, idle, busy, requests, rows = (
    int(sys.argv[1]),
    sys.argv[2],
    *(int(word) for word in sys.argv[3:7]),
)

# Sockets, and a few descriptors of Python's own.
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})


class Client:
    """One connection with one request under way at most."""

    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setblocking(False)
        self.inbound = b""
        self.asked = 0.0
        self.id = 0
        self.answers = 0
        self.longest = 0.0

    def ask(self, number):
        self.id = number % rows + 1
        self.asked = time.monotonic()
        text = f"GET /customer/{self.id} HTTP/1.1\r\nHost: a\r\nX-CUTSOM-AUTH: {key}\r\n\r\n"
        self.socket.sendall(text.encode())

    def take(self):
        """True when the answer is whole; raises if it is wrong."""
        with contextlib.suppress(BlockingIOError):
            piece = self.socket.recv(65536)
            if not piece:
                raise ConnectionError("closed by the server")
            self.inbound += piece
        head, mark, body = self.inbound.partition(b"\r\n\r\n")
        if not mark:
            return False
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return False
        start = b'{"customer_id":%d,' % self.id
        if not head.startswith(b"HTTP/1.1 200 ") or len(body) != length or not body.startswith(start):
            raise ValueError(f"wrong answer: {self.inbound[:200]!r}")
        self.inbound = b""
        self.answers += 1
        self.longest = max(self.longest, time.monotonic() - self.asked)
        return True


def run(clients, total):
    """Lets all of them ask, each again as soon as it is answered, until `total` were asked and all are answered."""
    poll = select.epoll()
    by_descriptor = {client.socket.fileno(): client for client in clients}
    asked = 0
    for client in clients[:total]:
        poll.register(client.socket.fileno(), select.EPOLLIN)
        client.ask(asked)
        asked += 1
    waiting = asked
    while waiting:
        events = poll.poll(60)
        if not events:
            raise TimeoutError(f"{waiting} requests without an answer for a minute")
        for descriptor, _ in events:
            client = by_descriptor[descriptor]
            if not client.take():
                continue
            if asked < total:
                client.ask(asked)
                asked += 1
            else:
                waiting -= 1
    poll.close()


def main():
    resting = [Client() for _ in range(idle)]
    run(resting, idle)
    print("resting", flush=True)
    signal.sigwait({signal.SIGUSR1})
    clients = [Client() for _ in range(busy)]
    began = time.monotonic()
    run(clients, requests)
    seconds = time.monotonic() - began
    run(resting, idle)
    counts = sorted(client.answers for client in clients)
    seen = {
        "seconds": seconds,
        "fewest": counts[0],
        "median": counts[len(counts) // 2],
        "most": counts[-1],
        "longest": max(client.longest for client in clients),
        "rested": sum(client.answers == 2 for client in resting),
    }
    print(json.dumps(seen), flush=True)


main()
