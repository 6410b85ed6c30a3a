"""Makes the repository's root importable, so that tests reach `tests.support` and `bench`."""

import sys
from pathlib import Path

ROOT = str(Path(__file__).parents[1])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)
