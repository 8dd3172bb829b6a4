"""Builds the archive that Terraform deploys: main.py, requirements.txt and incident/ without its sandbox.

    python3 terraform/package.py [CHECKOUT]

The archive's name is a digest of its content, which source.tf works out too; the same content gives the same
bytes on any machine. Prints the archive's path.
"""

from __future__ import annotations

import hashlib
import sys
import zipfile
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip archive can hold."""

_READABLE = 0o100644 << 16


def source_files(checkout: Path) -> list[str]:
    """What is deployed, as paths relative to the checkout, in the order of their characters."""
    found = [checkout / "main.py", checkout / "requirements.txt", *(checkout / "incident").rglob("*")]
    names = [path.relative_to(checkout).as_posix() for path in found if path.is_file()]
    return sorted(
        name for name in names if not name.startswith("incident/sandbox/") and "__pycache__/" not in name
    )


def digest(checkout: Path, names: list[str]) -> str:
    """The digest of the files `names`, in hexadecimal, as `sha256sum` of the output of `sha256sum`."""
    lines = (f"{hashlib.sha256((checkout / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def build(checkout: Path) -> Path:
    """Writes the archive into `terraform/build` of the checkout, beside which no older one is left."""
    names = source_files(checkout)
    archive = checkout / "terraform" / "build" / f"source-{digest(checkout, names)[:16]}.zip"
    archive.parent.mkdir(parents=True, exist_ok=True)
    for older in archive.parent.glob("source-*.zip"):
        older.unlink()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name in names:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = _READABLE
            entry.compress_type = zipfile.ZIP_DEFLATED
            zipped.writestr(entry, (checkout / name).read_bytes())
    return archive


if __name__ == "__main__":
    print(build(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1]))  # noqa: T201
