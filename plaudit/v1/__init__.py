"""Generated from protos/plaudit/v1 by `make protos`. Not edited by hand."""
