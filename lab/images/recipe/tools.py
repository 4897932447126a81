"""Running commands, saying what is done, and the packages that the build needs."""

import subprocess
import time

_started = time.monotonic()


def say(text):
    print(f"[{time.monotonic() - _started:5.1f} s] {text}", flush=True)


class CommandFailed(Exception):
    pass


def run(*command, **options):
    """Runs a command quietly and returns its standard output; a failure shows all it said."""
    done = subprocess.run(
        [str(c) for c in command],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        **options,
    )
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise CommandFailed(f"{' '.join(str(c) for c in command)}: exit {done.returncode}\n{said}")
    return done.stdout
