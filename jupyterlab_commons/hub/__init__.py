"""What the admin of a hub uses: `configure(c)`, and `python -m` this package."""

from .configure import ConfigureError, configure

__all__ = ["ConfigureError", "configure"]
