"""Makes the repository's root importable, and the properties the same ones in every run."""

import sys
from pathlib import Path

from hypothesis import settings

ROOT = str(Path(__file__).parents[1])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

# A failure belongs to the change that made it, not to the run that drew it. No deadline: the
# machine may be busy. `pytest --hypothesis-profile=search` draws new examples.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=2_000, deadline=None)
settings.load_profile("repeatable")
