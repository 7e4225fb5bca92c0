# Tries: loop inside C code: a sum over an endless iterator
# As: function
import itertools
def solve(x):
    return sum(itertools.repeat(1))
