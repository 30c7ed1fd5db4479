"""Limits: what a patient has used, as bounds, and what authorizations have left."""
