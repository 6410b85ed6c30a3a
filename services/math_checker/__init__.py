"""The maths checker: is the final answer of a response equal to the gold answer?"""
