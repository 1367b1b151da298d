"""Meaning's floor: what the numbers mean. Imports only `db`; knows no screen and no SQL."""
