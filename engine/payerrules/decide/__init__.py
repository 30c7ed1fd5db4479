"""Deciding: the correction loop, verdicts, reasons."""
