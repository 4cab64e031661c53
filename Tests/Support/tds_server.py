#!/usr/bin/env python3
"""A small SQL Server for tests: TDS 7.4 in front of SQLite, without TLS.

    tds_server.py SCRIPT.sql [--port N] [--password TEXT] [--mood WORD,…] [--with-parent]

It runs the script, prints `listening PORT`, and serves until it is killed, or its standard input ends (`--with-parent`).
The tables are those of the schema `dbo`; the declared type of a column (NVARCHAR(50), DATE, …) is what it is sent as.
User `sa`. It does what tsql, isql and FreeTDS's ODBC driver need: log-in, SQL batches, attention. Each connection takes
one mood off the list; the last one stays. Moods:

    well            does as it should
    deaf            takes the connection and never says a word
    deaf-at-query   logs in, and then never says a word
    mute:N          falls silent behind N rows, but still confirms that it was told to stop
    deaf:N          falls silent behind N rows, for good
    dead:N          closes the connection behind N rows
    reset:N         the same, with a reset
    error:N         ends the rows behind N of them with an error
    slow:N:MS       waits so many milliseconds behind each row from number N on
"""

import argparse
import asyncio
import datetime
import os
import re
import socket
import sqlite3
import struct
import sys
import threading
import uuid

# Tokens and types as [MS-TDS] numbers them.
ENV_CHANGE, INFO, ERROR, LOGIN_ACK, COLUMNS, ROW, DONE = 0xE3, 0xAB, 0xAA, 0xAD, 0x81, 0xD1, 0xFD
PRELOGIN, LOGIN, BATCH, ATTENTION, ANSWER = 0x12, 0x10, 0x01, 0x06, 0x04
DONE_ERROR, DONE_COUNT, DONE_ATTENTION = 0x02, 0x10, 0x20
COLLATION = b"\x09\x04\xd0\x00\x34"  # Latin1_General_CI_AS
CYRILLIC = b"\x19\x04\xd0\x00\x00"  # Cyrillic_General_CI_AS: code page 1251
PACKET = 4096


def utf16(text):
    return text.encode("utf-16-le")


def short_text(text):
    return bytes([len(utf16(text)) // 2]) + utf16(text)


def long_text(text):
    return struct.pack("<H", len(utf16(text)) // 2) + utf16(text)


def token(kind, body):
    return struct.pack("<BH", kind, len(body)) + body


def message(kind, number, severity, text):
    body = struct.pack("<IBB", number, 1, severity) + long_text(text) + short_text("tds_server")
    return token(kind, body + short_text("") + struct.pack("<I", 1))


def change(kind, new, old):
    return token(ENV_CHANGE, bytes([kind]) + short_text(new) + short_text(old))


def done(status=0, rows=None):
    if rows is not None:
        status |= DONE_COUNT
    return struct.pack("<BHHQ", DONE, status, 0xC1, rows or 0)


# Values, each behind its length; None is NULL.


def integer(size):
    def encode(value):
        return b"\0" if value is None else bytes([size]) + int(value).to_bytes(size, "little", signed=True)

    return encode


def bit(value):
    return b"\0" if value is None else bytes([1, 1 if value else 0])


def real(value):
    return b"\0" if value is None else struct.pack("<Bd", 8, value)


def decimal(scale):
    def encode(value):
        if value is None:
            return b"\0"
        scaled = round(float(value) * 10**scale)
        return bytes([17, 1 if scaled >= 0 else 0]) + abs(scaled).to_bytes(16, "little")

    return encode


def guid(value):
    return b"\0" if value is None else b"\x10" + uuid.UUID(value).bytes_le


def nvarchar(value):
    if value is None:
        return b"\xff\xff"
    text = utf16(str(value))
    return struct.pack("<H", len(text)) + text


def varchar(value):
    if value is None:
        return b"\xff\xff"
    text = str(value).encode("cp1251")
    return struct.pack("<H", len(text)) + text


def nvarchar_max(value):
    """Partially length-prefixed: the whole length, then chunks."""
    if value is None:
        return b"\xff" * 8
    text = utf16(str(value))
    chunks = [text[start : start + 4000] for start in range(0, len(text), 4000)]
    return (
        struct.pack("<Q", len(text))
        + b"".join(struct.pack("<I", len(c)) + c for c in chunks)
        + struct.pack("<I", 0)
    )


def varbinary(value):
    return b"\xff\xff" if value is None else struct.pack("<H", len(value)) + value


def moment(value):
    return datetime.datetime.fromisoformat(value)


def datetime_old(value):
    """Days since 1900 and three-hundredths of a second."""
    if value is None:
        return b"\0"
    passed = moment(value) - datetime.datetime(1900, 1, 1)
    return struct.pack("<BiI", 8, passed.days, round((passed.seconds + passed.microseconds / 1e6) * 300))


def days_since_year_one(value):
    return (value.toordinal() - 1).to_bytes(3, "little")


def date(value):
    return b"\0" if value is None else b"\x03" + days_since_year_one(moment(value))


def datetime2(value):
    """Scale 7: tenths of microseconds since midnight, and the day."""
    if value is None:
        return b"\0"
    at = moment(value)
    ticks = ((at.hour * 60 + at.minute) * 60 + at.second) * 10_000_000 + at.microsecond * 10
    return b"\x08" + ticks.to_bytes(5, "little") + days_since_year_one(at)


def column_type(declared, sample):
    """What describes a column to the client, and how its values are written."""
    kind = (declared or "").upper().replace(" ", "")
    plain = {
        "SMALLINT": (b"\x26\x02", integer(2)),
        "INT": (b"\x26\x04", integer(4)),
        "INTEGER": (b"\x26\x04", integer(4)),
        "BIGINT": (b"\x26\x08", integer(8)),
        "BIT": (b"\x68\x01", bit),
        "FLOAT": (b"\x6d\x08", real),
        "DATE": (b"\x28", date),
        "DATETIME": (b"\x6f\x08", datetime_old),
        "DATETIME2": (b"\x2a\x07", datetime2),
        "UNIQUEIDENTIFIER": (b"\x24\x10", guid),
        "NVARCHAR(MAX)": (b"\xe7\xff\xff" + COLLATION, nvarchar_max),
    }
    if kind in plain:
        return plain[kind]
    if match := re.fullmatch(r"(?:DECIMAL|NUMERIC)\((\d+),(\d+)\)", kind):
        return bytes([0x6A, 17, int(match[1]), int(match[2])]), decimal(int(match[2]))
    if match := re.fullmatch(r"VARCHAR\((\d+)\)", kind):
        return b"\xa7" + struct.pack("<H", int(match[1])) + CYRILLIC, varchar
    if isinstance(sample, bytes):
        return b"\xa5" + struct.pack("<H", 8000), varbinary
    if not kind and isinstance(sample, int):
        return plain["BIGINT"]
    match = re.fullmatch(r"N(?:VAR)?CHAR\((\d+)\)", kind)
    size = 2 * int(match[1]) if match else 8000
    return b"\xe7" + struct.pack("<H", size) + COLLATION, nvarchar


def translated(query):
    """SQLite's words for the little of T-SQL that tests use."""
    if top := re.search(r"\bTOP\s*\(?\s*(\d+)\s*\)?", query, re.I):
        query = f"{query[: top.start()]}{query[top.end() :]} LIMIT {top[1]}"
    return re.sub(r"\bN'", "'", query)


class Mood:
    """How one connection behaves."""

    def __init__(self, text):
        self.name, *numbers = text.split(":")
        self.rows = int(numbers[0]) if numbers else 0
        self.pause = int(numbers[1]) / 1000 if len(numbers) > 1 else 0


class Connection:
    def __init__(self, reader, writer, database, password, mood):
        self.reader, self.writer, self.database = reader, writer, database
        self.password, self.mood = password, mood
        self.number, self.told_to_stop = 0, False
        self.messages = asyncio.Queue()

    async def listen(self):
        """Takes messages in all the time: an attention comes in the middle of an answer."""
        try:
            while True:
                kind, last, body = 0, False, b""
                while not last:
                    head = await self.reader.readexactly(8)
                    kind, last = head[0], head[1] & 1
                    body += await self.reader.readexactly(struct.unpack(">H", head[2:4])[0] - 8)
                if kind == ATTENTION:
                    self.told_to_stop = True
                await self.messages.put((kind, body))
        except (asyncio.IncompleteReadError, ConnectionError):
            await self.messages.put((None, b""))

    async def send(self, data, ends=True):
        room = PACKET - 8
        parts = [data[at : at + room] for at in range(0, len(data), room)] or [b""]
        for index, part in enumerate(parts):
            self.number = (self.number + 1) & 255
            last = 1 if ends and index == len(parts) - 1 else 0
            self.writer.write(struct.pack(">BBHHBB", ANSWER, last, len(part) + 8, 51, self.number, 0) + part)
        await self.writer.drain()

    async def serve(self):
        if self.mood.name == "deaf" and not self.mood.rows:
            await self.silence()
        kind, body = await self.messages.get()
        if kind == PRELOGIN:
            await self.send(self.prelogin())
            kind, body = await self.messages.get()
        if kind != LOGIN or not await self.log_in(body):
            return
        while True:
            kind, body = await self.messages.get()
            if kind is None:
                return
            if kind == ATTENTION:
                self.told_to_stop = False
                await self.send(done(DONE_ATTENTION))
            elif kind == BATCH:
                if self.mood.name == "deaf-at-query":
                    await self.silence()
                headers = struct.unpack_from("<I", body)[0]
                await self.answer(body[headers:].decode("utf-16-le"))
            else:
                await self.send(
                    message(ERROR, 8000, 16, f"message of type {kind} is not known here") + done(DONE_ERROR)
                )

    async def silence(self):
        await asyncio.Event().wait()

    def prelogin(self):
        options = [
            (0, b"\x0f\0\x10\0\0\0"),
            (1, b"\x02"),
            (2, b"\0"),
            (3, b""),
            (4, b"\0"),
        ]  # 1: no encryption
        at, head, body = 5 * len(options) + 1, b"", b""
        for key, value in options:
            head += struct.pack(">BHH", key, at + len(body), len(value))
            body += value
        return head + b"\xff" + body

    async def log_in(self, body):
        def field(index):
            offset, length = struct.unpack_from("<HH", body, 36 + 4 * index)
            return body[offset : offset + 2 * length]

        user = field(1).decode("utf-16-le")
        mixed = [byte ^ 0xA5 for byte in field(2)]
        password = bytes((byte << 4 | byte >> 4) & 255 for byte in mixed).decode("utf-16-le")
        if user != "sa" or password != self.password:
            await self.send(message(ERROR, 18456, 14, f"Login failed for user '{user}'.") + done(DONE_ERROR))
            return False
        ack = b"\x01" + bytes.fromhex("74000004") + short_text("Microsoft SQL Server\0\0") + b"\x0f\0\x10\0"
        await self.send(
            change(1, "test", "master")
            + message(INFO, 5701, 0, "Changed database context to 'test'.")
            + token(LOGIN_ACK, ack)
            + change(4, str(PACKET), str(PACKET))
            + done()
        )
        return True

    async def answer(self, query):
        query = translated(query)
        if not query.strip() or re.match(r"\s*(SET|USE|IF|EXEC|DECLARE)\b", query, re.I):
            return await self.send(done())
        try:
            cursor = self.database.execute(query)
        except sqlite3.Error as error:
            return await self.send(message(ERROR, 208, 16, str(error)) + done(DONE_ERROR))
        if cursor.description is None:
            self.database.commit()
            return await self.send(done(rows=max(cursor.rowcount, 0)))
        first = cursor.fetchone()
        encoders, description = self.describe(query, cursor, first)
        await self.send_rows(cursor, first, encoders, description)

    def describe(self, query, cursor, first):
        declared = {}
        for table in re.findall(r"\b(?:FROM|JOIN)\s+(?:\[?dbo\]?\.)?\[?(\w+)\]?", query, re.I):
            for column in self.database.execute(f"PRAGMA dbo.table_info('{table}')"):
                declared[column[1].lower()] = column[2]
        encoders, description = [], struct.pack("<BH", COLUMNS, len(cursor.description))
        for index, (name, *_) in enumerate(cursor.description):
            kind, encode = column_type(declared.get(name.lower()), first[index] if first else None)
            encoders.append(encode)
            description += struct.pack("<IH", 0, 9) + kind + short_text(name)
        return encoders, description

    async def send_rows(self, cursor, row, encoders, waiting):
        count = 0
        while row is not None:
            if count == self.mood.rows and self.mood.name in ("mute", "deaf", "dead", "reset", "error"):
                await self.send(waiting, ends=False)
                return await self.misbehave(count)
            waiting += bytes([ROW]) + b"".join(
                encode(value) for encode, value in zip(encoders, row, strict=True)
            )
            count += 1
            is_slow = self.mood.name == "slow" and count > self.mood.rows
            if is_slow or len(waiting) > 8 * PACKET:
                await self.send(waiting, ends=False)
                waiting = b""
                await asyncio.sleep(self.mood.pause if is_slow else 0)
                if self.told_to_stop:
                    return await self.confirm_stop()
            row = cursor.fetchone()
        await self.send(waiting + done(rows=count))

    async def misbehave(self, count):
        if self.mood.name == "mute":
            while not self.told_to_stop:
                await asyncio.sleep(0.001)
            await self.confirm_stop()
        elif self.mood.name == "deaf":
            await self.silence()
        elif self.mood.name == "error":
            await self.send(message(ERROR, 1205, 13, "chosen as the deadlock victim") + done(DONE_ERROR))
        else:
            if self.mood.name == "reset":
                linger = struct.pack("ii", 1, 0)
                self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.writer.close()
            raise ConnectionError

    async def confirm_stop(self):
        await self.messages.get()
        self.told_to_stop = False
        await self.send(done(DONE_ATTENTION))


def connect():
    """Each client has a connection of its own: an answer that is under way keeps its cursor."""
    database = sqlite3.connect(":memory:", uri=True)
    database.execute("ATTACH 'file:dbo?mode=memory&cache=shared' AS dbo")
    return database


async def main(arguments):
    kept = connect()
    with open(arguments.script, encoding="utf-8") as script:
        kept.executescript(script.read())
    moods = [Mood(word) for word in arguments.mood.split(",")]

    async def accept(reader, writer):
        mood = moods[0]
        if len(moods) > 1:
            moods.pop(0)
        database = connect()
        connection = Connection(reader, writer, database, arguments.password, mood)
        listening = asyncio.ensure_future(connection.listen())
        serving = asyncio.ensure_future(connection.serve())
        try:
            # A client that has gone ends what was done for it, silence included.
            await asyncio.wait({listening, serving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            listening.cancel()
            serving.cancel()
            await asyncio.gather(listening, serving, return_exceptions=True)
            database.close()
            writer.close()

    if arguments.with_parent:
        threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    server = await asyncio.start_server(accept, "127.0.0.1", arguments.port)
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("script")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--password", default="secret")
    parser.add_argument("--mood", default="well")
    parser.add_argument("--with-parent", action="store_true")
    try:
        asyncio.run(main(parser.parse_args()))
    except KeyboardInterrupt:
        sys.exit(130)
