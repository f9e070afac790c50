"""A program in a terminal of ours: what is typed, and the screen that a person would see.

As much of a terminal as prompt_toolkit writes for: text, cursor movements, erasing. Colours are left out.
"""

import codecs
import fcntl
import os
import re
import struct
import subprocess
import termios
import threading
import unicodedata
from contextlib import suppress

ENTER, LOGS_ON_OFF = "\r", "\x14"
PIECE = re.compile(
    r"\x1b\[(?P<arguments>[?>\d;]*)[ !]?(?P<command>[@-~])"  # movements, erasing, colours, modes
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles
    r"|\x1b[()][0AB]|\x1b[78=>M]"
    r"|(?P<text>[^\x1b])"
)
MOVES = {"A": (-1, 0), "B": (1, 0), "C": (0, 1), "D": (0, -1)}


class Screen:
    """Cells by row and column."""

    def __init__(self, rows, columns):
        self._size, self._row, self._column, self._rest = (rows, columns), 0, 0, ""
        self._cells = [[" "] * columns for _ in range(rows)]

    def __str__(self):
        return "\n".join("".join(row).rstrip() for row in self._cells).strip("\n")

    def feed(self, text):
        """What the program has written; an unfinished sequence waits for its end."""
        text, at = self._rest + text, 0
        while found := PIECE.match(text, at):
            at = found.end()
            if found["text"]:
                self._write(found["text"])
            elif found["command"]:
                self._obey(found["command"], [int(part or 0) for part in re.findall(r"\d+", found["arguments"])])
        self._rest = text[at:]

    def _write(self, letter):
        rows, columns = self._size
        if letter == "\r":
            self._column = 0
        elif letter == "\n":
            self._row = min(self._row + 1, rows - 1)
        elif letter == "\b":
            self._column = max(self._column - 1, 0)
        elif letter >= " " and not unicodedata.combining(letter):
            wide = unicodedata.east_asian_width(letter) in "WF"
            self._cells[self._row][self._column] = letter
            if wide and self._column + 1 < columns:
                self._cells[self._row][self._column + 1] = ""
            self._column = min(self._column + 1 + wide, columns - 1)

    def _obey(self, command, numbers):
        first = numbers[0] if numbers else 0
        if command in MOVES:
            down, right = MOVES[command]
            self._go(self._row + down * (first or 1), self._column + right * (first or 1))
        elif command in "Hf":
            self._go((first or 1) - 1, ((numbers[1] if numbers[1:] else 0) or 1) - 1)
        elif command == "K":
            self._cells[self._row][self._column :] = [" "] * (self._size[1] - self._column)
        elif command == "J":
            below = 0 if first == 2 else self._row + 1
            if first != 2:
                self._obey("K", [])
            for row in self._cells[below:]:
                row[:] = [" "] * self._size[1]

    def _go(self, row, column):
        rows, columns = self._size
        self._row, self._column = min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)


class Terminal:
    """A process with a screen and a keyboard."""

    def __init__(self, command, *, rows=32, columns=140, errors, **how):
        self._screen, self._busy = Screen(rows, columns), threading.Lock()
        self._ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        with errors.open("wb") as stderr:
            self.process = subprocess.Popen(
                command, stdin=theirs, stdout=theirs, stderr=stderr, start_new_session=True, **how
            )
        os.close(theirs)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        with suppress(OSError):  # the program is gone
            while data := os.read(self._ours, 65_536):
                with self._busy:
                    self._screen.feed(decode(data))

    def __str__(self):
        with self._busy:
            return str(self._screen)

    def type(self, text):
        """These keys."""
        os.write(self._ours, text.encode())

    def close(self):
        """After the program's end."""
        self._reader.join()
        os.close(self._ours)
