"""Run the benches, each in a process of its own, and say at the end which aims hold: `run.py [--small] [NAME ...]`."""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from report import HOME, scratch

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Bench:
    """A module beside this one with `run(report)`, and the seconds after which it counts as broken."""

    name: str
    seconds: float


BENCHES = (
    Bench("table", 60),
    Bench("ingest", 150),
    Bench("ingest_latency", 90),
    Bench("written", 150),
    Bench("disk", 120),
    Bench("sweep", 60),
    Bench("rest", 60),
    Bench("backup", 60),
    Bench("boards", 240),
    Bench("boards_heap", 240),
    Bench("year", 420),
)


def main() -> int:
    """Run what was asked for (all without names); 1 when a bench breaks, 0 also when a figure is short of its aim."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("names", nargs="*", metavar="NAME", help="of: " + ", ".join(bench.name for bench in BENCHES))
    options.add_argument(
        "--small", action="store_true", help="the least that runs every line; its figures mean nothing"
    )
    asked = options.parse_args()
    unknown = set(asked.names) - {bench.name for bench in BENCHES}
    if unknown:
        options.error(f"There is no bench {', '.join(sorted(unknown))}.")

    return run_all([bench for bench in BENCHES if not asked.names or bench.name in asked.names], small=asked.small)


def run_all(benches: Sequence[Bench], *, folder: Path = HERE, small: bool = False) -> int:
    """Run benches that lie in a folder; gives 1 when one of them broke."""
    figures: list[str] = []
    broken: list[str] = []
    for bench in benches:
        print(f"\n== bench {bench.name}", flush=True)  # noqa: T201 - what was measured is printed
        told, whole = _run(bench, folder, small=small)
        figures += told
        broken += [] if whole else [bench.name]
    print(f"\n{_verdict(figures, broken)}", flush=True)  # noqa: T201 - the same
    return 1 if broken else 0


def _run(bench: Bench, folder: Path, *, small: bool) -> tuple[list[str], bool]:
    """The figures of one bench, passed on as they come, and whether it came to its end."""
    # Run by pytest we would hand its settings to the servers that a bench starts.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, str(folder / f"{bench.name}.py"), *(["--small"] if small else [])]
    with scratch() as home:
        return _told(command, kept | {HOME: str(home)}, seconds=bench.seconds)


def _told(command: Sequence[str], environment: Mapping[str, str], *, seconds: float) -> tuple[list[str], bool]:
    figures = []
    # A group of its own: what a bench has started ends with it.
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True) as child:
        late = threading.Timer(seconds, _end, (child.pid,))
        late.start()
        try:
            for line in child.stdout or ():
                print(line, end="", flush=True)  # noqa: T201 - the same
                if line.startswith("bench "):
                    figures.append(line.strip())
            child.wait()
        finally:
            late.cancel()
            _end(child.pid)
    return figures, child.returncode == 0 and bool(figures)


def _end(group: int) -> None:
    """End a bench and all it has started, as far as they have not ended by themselves."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _verdict(figures: list[str], broken: list[str]) -> str:
    """The closing line: how many aims hold, which figures are short, which benches broke."""
    aimed = [line.split() for line in figures if line.endswith((" ok", " short"))]
    short = [words[1] for words in aimed if words[-1] == "short"]
    held = f"held: {len(aimed) - len(short)} of {len(aimed)} aims"
    told = held + (f"; short: {', '.join(short)}" if short else "")
    return told + (f"; broke: {', '.join(broken)}" if broken else "")


if __name__ == "__main__":
    sys.exit(main())
