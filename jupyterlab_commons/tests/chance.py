"""What tests choose by chance: with the same COMMONS_SEED always the same."""

from __future__ import annotations

import os
import random

# One for the whole run, so that one number repeats it.
_SEED = os.environ.get("COMMONS_SEED") or str(random.randrange(10**6))


def by_chance(what: str) -> random.Random:
    """Says the seed where a failed test shows it.

    `what`: for whom. Two that ask for something else get other numbers.
    """
    print(f"COMMONS_SEED={_SEED} ({what})")
    return random.Random(f"{_SEED} {what}")
