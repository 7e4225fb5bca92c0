# Tries: overflow the stack in a representation
# As: function
import sys
sys.setrecursionlimit(10 ** 9)
def solve(x):
    value = []
    for _ in range(10 ** 6):
        value = [value]
    return repr(value)
