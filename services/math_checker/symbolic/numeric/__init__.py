"""Values of trees: exact rationals, rigorous balls, residues, and how close two different values
can be.
"""
