# Tries: wait for input that never comes
# As: function
import sys
def solve(x):
    return sys.stdin.read() or input()
