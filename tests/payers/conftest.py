"""Fixtures of the tests of plugins."""

from tests.payers.made import install

__all__ = ["install"]
