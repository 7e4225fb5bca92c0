# Tries: fork and answer twice
# As: function
import os
def solve(x):
    try:
        child = os.fork()
    except (OSError, AttributeError):
        return 'nothing'
    return 'ESCAPED'
