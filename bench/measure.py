"""Wall time and memory of a command with all the processes it starts."""
import dataclasses
import os
import pathlib
import statistics
import subprocess
import time

SAMPLE_SECONDS = 0.02


@dataclasses.dataclass
class Measured:
    wall: float  # seconds, median
    pss: int  # bytes, highest sum over the processes; mapped files included
    output: bytes  # standard output of the last run


class Failed(Exception):
    pass


def _tree(pid):
    found, todo = [], [pid]
    while todo:
        current = todo.pop()
        found.append(current)
        try:
            for task in os.listdir(f"/proc/{current}/task"):
                todo += map(int, pathlib.Path(f"/proc/{current}/task/{task}/children").read_text().split())
        except OSError:
            pass  # it has ended
    return found


def _pss(pid):
    try:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _run(command, env, output, sample):
    highest = 0
    start = time.monotonic()
    with open(output, "wb") as out, open(f"{output}.err", "wb") as err:
        process = subprocess.Popen(command, env={**os.environ, **env}, stdout=out, stderr=err)
        while sample and process.poll() is None:
            highest = max(highest, sum(map(_pss, _tree(process.pid))))
            time.sleep(SAMPLE_SECONDS)
        code = process.wait()
    wall = time.monotonic() - start
    if code != 0:
        said = pathlib.Path(f"{output}.err").read_text(errors="replace")[-600:]
        raise Failed(f"{' '.join(map(str, command))} ended with {code}:\n{said}")
    return wall, highest


def measure(command, folder, env=None, runs=5, before=lambda: None):
    """Times `runs` runs, then samples memory in one more, so that neither disturbs the other. `before` is called before each."""
    output = pathlib.Path(folder) / "output"
    walls = []
    before()
    _run(command, env or {}, output, sample=False)  # the page cache is warm for everyone
    for _ in range(runs):
        before()
        walls.append(_run(command, env or {}, output, sample=False)[0])
    before()
    _, pss = _run(command, env or {}, output, sample=True)
    return Measured(statistics.median(walls), pss, output.read_bytes())
