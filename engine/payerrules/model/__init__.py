"""What goes in and what comes out: encounters, decisions, values, diagnostics."""
