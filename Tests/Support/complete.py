"""Types into a real bash, on a terminal of its own, and says what completion makes of it.

    complete.py LINES SCRIPT...

Each SCRIPT is sourced first. A line of the file LINES is typed as it is, then the key that completes it is pressed; with
`*` before it, the one that inserts all candidates. The output has a line for each: the command line as it then is.
"""

import os
import pty
import select
import signal
import sys

COMPLETE = b"\t"
INSERT_ALL = b"\x1b*"
SHOW, CLEAR = b"\x18\x0c", b"\x01\x0b"
SETTINGS = r"""
PS1= PS2=
bind 'set bell-style none'
bind 'set completion-query-items 0'
bind 'set page-completions off'
bind 'set enable-bracketed-paste off'
bind -x '"\C-x\C-l": printf "%s\n" "$READLINE_LINE" >&3'
"""


def main():
    with open(sys.argv[1]) as file:
        lines = file.read().splitlines()
    reader, writer = os.pipe()
    child, terminal = pty.fork()
    if child == 0:
        os.dup2(writer, 3)
        os.environ.update(TERM="dumb", INPUTRC="/dev/null", HISTFILE="")
        os.execv("/bin/bash", ["bash", "--noprofile", "--norc", "-i"])
    os.close(writer)
    try:
        sources = "".join(f". '{script}'\n" for script in sys.argv[2:])
        os.write(terminal, (SETTINGS + sources + "echo ready >&3\n").encode())
        answer(reader, terminal)
        for line in lines:
            key = INSERT_ALL if line.startswith("*") else COMPLETE
            os.write(terminal, line.removeprefix("*").encode() + key + SHOW + CLEAR)
            print(answer(reader, terminal))
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def answer(reader, terminal):
    """The next line from the shell; what it shows on the terminal is read too, or it would wait for us."""
    text, shown = b"", b""
    while not text.endswith(b"\n"):
        ready, _, _ = select.select([reader, terminal], [], [], 10)
        if not ready:
            sys.exit(f"bash is silent; it showed {shown!r}")
        if terminal in ready:
            shown += os.read(terminal, 65536)
        if reader in ready:
            text += os.read(reader, 1)
    return text.decode().removesuffix("\n")


main()
