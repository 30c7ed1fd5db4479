"""The ledger: what was decided, kept, so that what a patient has used is counted once and exactly from claim to claim."""
