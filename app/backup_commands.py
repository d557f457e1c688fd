"""The commands `scale-sense backup` and `scale-sense restore`."""

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from app.logs import set_up_logs
from app.terminal import out, refuse

Data = Annotated[Path | None, typer.Option(help="Folder the bar's data is kept in.")]
AsJson = Annotated[bool, typer.Option("--json", help="Say it as JSON.")]


def backup(
    data: Data = None,
    to: Annotated[Path | None, typer.Option(help="File to write; one named by the time unless given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Copy the store to one file, also while the server is at work."""
    from app.host import host_settings
    from backend.clock import SystemClock
    from backend.embedded.backup import BY_HAND, back_up
    from backend.embedded.backup_folder import shared_disk
    from backend.embedded.copying import CopyFailed
    from backend.embedded.migrations import copy_name
    from backend.embedded.schema import FILE_NAME

    began = time.monotonic()
    settings = host_settings(deed="back up", data=data)
    store = settings.data / FILE_NAME
    target = to or settings.backups / copy_name(SystemClock().wall(), why=BY_HAND)
    try:
        if not store.is_file():
            refuse(f"there is no store in {settings.data}: name the data folder with --data", deed="back up")
        if to:
            _refuse_missing_folder(to)
        if target.exists():
            refuse(f"{target} exists already: name another file with --to", deed="back up")
        made = back_up(store, target)
        note = None if to else shared_disk(store, settings.backups)
    except CopyFailed as failed:
        refuse(str(failed), deed="back up")
    except OSError as away:
        refuse(f"{_why(away, target)}: look at its permissions and those of its folders", deed="back up")
    seconds = time.monotonic() - began
    if as_json:
        told = {"path": str(made.path), "bytes": made.size, "seconds": round(seconds, 3)}
        _say_json({**told, "spoiled": made.spoiled, "note": note})
    else:
        out.print(f"Backed up to {escape(str(made.path))}: {made.size / 1e6:,.1f} MB in {seconds:.1f} s.")
        for wrong in filter(None, (made.spoiled, note)):
            out.print(f"But {escape(wrong)}.")


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.", show_default=False)],
    data: Data = None,
    check: Annotated[bool, typer.Option("--check", help="Only read the backup through and say what it holds.")] = False,
    rows: Annotated[
        bool, typer.Option("--rows", help="Take only the rows that cannot be read from the backup.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of the store; the server must have ended. What lay there is moved away, not lost."""
    from app.host import host_settings
    from backend.clock import SystemClock
    from backend.embedded.contents import look_through
    from backend.embedded.copying import CopyFailed
    from backend.embedded.folder import FolderInUse, FolderUnusable
    from backend.embedded.mending import mend
    from backend.embedded.refused import StoreRefused
    from backend.embedded.restore import restore as put_in_place
    from backend.ports import StoreUnavailable

    began = time.monotonic()
    settings = host_settings(deed="restore", data=data)
    try:
        if check:
            told: dict[str, Any] = {"backup": _told(look_through(file))}
        elif rows:
            set_up_logs()  # opening the store tells of its rows too, and answers alone belong on standard output
            mended = mend(file, settings.data, now=SystemClock().wall())
            told = {
                name: [f"{key.pk} / {key.sk}" for key in keys]
                for name, keys in (
                    ("put_back", mended.put_back),
                    ("remade", mended.remade),
                    ("missing", mended.missing),
                )
            }
        else:
            done = put_in_place(file, settings.data, now=SystemClock().wall())
            told = {
                "backup": _told(done.restored),
                "before": _told(done.before),
                "moved_to": str(done.moved_to) if done.moved_to else None,
            }
    except (StoreRefused, StoreUnavailable, CopyFailed, FolderInUse, FolderUnusable) as refused:
        refuse(str(refused), deed="restore")
    except OSError as away:
        refuse(f"{_why(away, settings.data)}: look at its permissions and the disk", deed="restore")
    told["seconds"] = round(time.monotonic() - began, 3)
    if as_json:
        _say_json(told)
    elif rows and not check:
        _say_mended(file, told)
    else:
        _say(file, told)


def _refuse_missing_folder(to: Path) -> None:
    """A folder that is mistyped, or a disk that is not mounted, is not made up for by one of its name."""
    if not to.parent.is_dir():
        refuse(
            f"{to} cannot be written: there is no folder {to.parent}; make it, or name another file with --to",
            deed="back up",
        )


def _why(away: OSError, path: Path) -> str:
    """The file that an error is about, `path` where it does not tell, and what is wrong with it."""
    return f"{away.filename or path} cannot be used ({away.strerror or away})"


def _say(file: Path, told: dict[str, Any]) -> None:
    backup = told["backup"]
    out.print(
        f"{escape(str(file))} is whole: {backup['taps']} taps, {backup['readings']:,} readings, the newest measured "
        f"{backup['newest'] or 'never'}; read in {told['seconds']:.1f} s."
    )
    if "moved_to" not in told:
        return
    out.print("It is in place now.")
    if not told["moved_to"]:
        return
    out.print(f"The store before it is kept as {escape(told['moved_to'])}.")
    before = told["before"]
    if before is None:
        out.print("What it held cannot be read.")
    elif before["newest"] and before["newest"] > (backup["newest"] or ""):
        out.print(
            f"It held {before['readings']:,} readings. Those measured after {backup['newest'] or 'the beginning'} "
            f"and until {before['newest']} are not in the backup."
        )


def _say_mended(file: Path, told: dict[str, Any]) -> None:
    for name, sentence in (
        ("put_back", f"put back as it stood in {file}; look at its tap, and change what has changed since"),
        ("remade", "is made anew by the next readings"),
        ("missing", f"is in {file} neither, and stays as it is: try another backup"),
    ):
        for row in told[name]:
            out.print(escape(f"{row}: {sentence}."))
    if not any(told[name] for name in ("put_back", "remade", "missing")):
        out.print("Every row of the store can be read: nothing is changed.")


def _told(contents: Any) -> dict[str, Any] | None:
    from backend.domain.times import iso

    if contents is None:
        return None
    newest: datetime | None = contents.newest
    return {
        "schema": contents.schema,
        "bytes": contents.size,
        "taps": contents.taps,
        "readings": contents.readings,
        "newest": iso(newest) if newest else None,
    }


def _say_json(told: dict[str, Any]) -> None:
    out.print_json(json.dumps(told), indent=None)
