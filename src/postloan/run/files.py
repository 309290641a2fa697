"""Puts files and folders in place so that a kill leaves the old or the new one, never a half."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def sync(path: Path) -> None:
    """Force a file, or a folder's list of names, to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Force every file and folder under the folder to disk, the innermost first."""
    for root, _, names in os.walk(folder, topdown=False):
        for name in names:
            sync(Path(root, name))
        sync(Path(root))


def move(source: Path, target: Path) -> None:
    """Rename a file or folder within one disk and make that last; a file replaces what stood there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
    sync(target.parent)
    if source.parent != target.parent:
        sync(source.parent)


def put_folder(source: Path, target: Path) -> None:
    """Put a finished folder in place under its final name, its files on disk first."""
    sync_tree(source)
    move(source, target)


def put_file(source: Path, target: Path) -> None:
    """Put a finished file in place under its final name, replacing what stood there."""
    sync(source)
    move(source, target)


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second name, or copy it where the disk has no hard links."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def empty_folder(folder: Path) -> Path:
    """Make the folder anew, without what it held, and give it back."""
    remove(folder)
    folder.mkdir(parents=True)
    return folder


def remove(path: Path) -> None:
    """Remove a file, or a folder with all it holds, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def size_of(paths: list[Path]) -> int:
    """Give the bytes that the files hold; folders count with all they hold."""
    total = 0
    for path in paths:
        files = (file for file in path.rglob("*") if file.is_file()) if path.is_dir() else (path,)
        total += sum(file.stat().st_size for file in files if file.exists())
    return total
