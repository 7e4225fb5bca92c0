# Tries: recurse through C code until the stack overflows
# As: function
import sys, functools
sys.setrecursionlimit(10 ** 9)
@functools.lru_cache(None)
def solve(x):
    return solve(x + 1)
