"""Plaudit: the client of the reward services. Imports no torch, no fastapi and no scorer."""
