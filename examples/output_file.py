"""Where an example writes: the file that was named, or one in a fresh directory; never over what is there."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path


def new_file(name: str) -> Path:
    """Return the path of a file that is not there yet: the first argument of the script, or a fresh one."""
    if len(sys.argv) < 2:
        return Path(tempfile.mkdtemp(prefix="omskit-")) / name
    path = Path(sys.argv[1])
    if path.exists():
        sys.exit(f"{path} is there already; name a file that is not.")
    return path
