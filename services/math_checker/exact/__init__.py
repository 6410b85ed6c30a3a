"""The exact fast path: what can be decided for certain without algebra, and the shape of what
cannot.
"""
