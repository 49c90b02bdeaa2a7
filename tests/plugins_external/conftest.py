"""Distributions of other authors: importable from their folders, as after ``pip install``."""

import sys
from pathlib import Path

for _folder in sorted(Path(__file__).parent.iterdir()):
    if (_folder / "setup.cfg").exists():
        sys.path.insert(0, str(_folder))
