"""What happened to stock: movements, as the ledger keeps them."""

from omskit.core import Movement

__all__ = ["Movement"]
