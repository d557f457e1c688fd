"""Where backups are kept, and whether they outlive the disk of the store."""

from pathlib import Path

from backend.embedded.schema import BACKUPS


def shared_disk(store: Path, folder: Path) -> str | None:
    """Say so where `folder` was chosen for the backups and lies on the very disk of the store; None otherwise.

    A stick that is not mounted looks like that. The folder beside the store, where backups are kept unless another
    is named, is no such choice. Raises OSError where one of the two cannot be looked at.
    """
    if folder.absolute() == (store.parent / BACKUPS).absolute() or folder.stat().st_dev != store.stat().st_dev:
        return None
    return (
        f"backups in {folder} lie on the disk of the store and end with it: mount the disk they are meant for, "
        "or name a folder on one with backup_folder"
    )
