"""What every peer makes of a table of patients."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa


class Outcome(NamedTuple):
    """The level of each row, 0 for none, and how many rules fired in all; None is what a peer cannot tell."""

    certain: npt.NDArray[np.int8]
    possible: npt.NDArray[np.int8] | None
    fired: int | None


Peer: TypeAlias = Callable[[pa.Table], Outcome]
