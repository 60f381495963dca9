"""Importable as a package (generator.dirty_csv); dirty_csv.py runs as a script, too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
