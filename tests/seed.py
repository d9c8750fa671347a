"""The seed of every randomised test of this run: printed at its start, and given again by TRIAGE_SEED."""

from __future__ import annotations

import os
import random

SEED = int(os.environ.get("TRIAGE_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
