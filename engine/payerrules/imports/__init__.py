"""Imports: published code files, read as they come, checked, and kept as dated tables that policies look up."""

from __future__ import annotations

from payerrules.imports.layouts import KINDS, Layout
from payerrules.imports.reading import Imported, read_files
from payerrules.imports.store import Stored, store

__all__ = ["KINDS", "Imported", "Layout", "Stored", "read_files", "store"]
