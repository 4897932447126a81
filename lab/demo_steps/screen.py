"""What the demo shows: steps with their time, the same words with and without a terminal."""

import contextlib
import os
import shutil
import sys
import textwrap
import threading
import time

INDENT = "      "
WIDTH = 100  # or the terminal's, where that is less
PAINT = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
VERDICT_COLOURS = {"violated": "red", "unknown": "yellow", "passed": "green"}


class Screen:
    def __init__(self, out=sys.stdout):
        self._out = out
        self._terminal = out.isatty()
        self._colours = self._terminal and "NO_COLOR" not in os.environ
        columns = shutil.get_terminal_size((WIDTH, 24)).columns if self._terminal else WIDTH
        self._width = max(40, min(WIDTH, columns))
        self._steps = 0
        self._started = time.monotonic()

    def paint(self, text, colour):
        return f"\033[{PAINT[colour]}m{text}\033[0m" if self._colours else text

    def line(self, text="", colour=None):
        self._out.write((self.paint(text, colour) if colour and text else text) + "\n")
        self._out.flush()

    def say(self, text, colour=None, mark=""):
        """A sentence within a step, wrapped; the mark stands before it, and nothing below that."""
        below = " " * len(mark)
        for line in textwrap.wrap(text, self._width - len(INDENT + mark), break_on_hyphens=False):
            self.line(INDENT + mark + line, colour)
            mark = below

    def seen(self, text):
        """Something that the API server has just confirmed."""
        self.say(text, "green", "✓ ")

    def block(self, text):
        """Lines of another program, as they are."""
        for line in text.rstrip("\n").splitlines():
            self.line((INDENT + line).rstrip())

    def table(self, head, rows, verdict_column=None):
        widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
        self.line(INDENT + _row(head, widths), "bold")
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths)]
            if verdict_column is not None:
                colour = VERDICT_COLOURS.get(row[verdict_column])
                if colour:
                    cells[verdict_column] = self.paint(cells[verdict_column], colour)
            self.line((INDENT + "  ".join(cells)).rstrip())

    @contextlib.contextmanager
    def step(self, title):
        """A numbered step. It says what it does before, and how long it took after."""
        self._steps += 1
        self.line()
        self.line(f"{self._steps:>3}.  {title}", "bold")
        begin = time.monotonic()
        yield
        self.line(f"{INDENT}({time.monotonic() - begin:.1f} s)", "dim")

    @contextlib.contextmanager
    def waiting(self, what):
        """A line that counts seconds on a terminal, and nothing elsewhere."""
        if not self._terminal:
            yield
            return
        over = threading.Event()

        def count():
            begin = time.monotonic()
            while not over.wait(0.2):
                text = f"{INDENT}… {what} ({time.monotonic() - begin:.0f} s)"
                self._out.write(f"\r\033[K{self.paint(text[: self._width - 1], 'cyan')}")
                self._out.flush()

        counter = threading.Thread(target=count, daemon=True)
        counter.start()
        try:
            yield
        finally:
            over.set()
            counter.join()
            self._out.write("\r\033[K")
            self._out.flush()

    def seconds(self):
        return time.monotonic() - self._started


def _row(cells, widths):
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip()
