"""The shelf of editions: found, composed, selected by date, checked, locked."""
