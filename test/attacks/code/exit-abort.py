# Tries: abort the interpreter
# As: function
import os
def solve(x):
    os.abort()
