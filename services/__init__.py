"""The services of Plaudit, one folder each, on the chassis in `services.common`."""
