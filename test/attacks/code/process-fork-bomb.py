# Tries: fork without end
# As: function
import os
def solve(x):
    made = 0
    while True:
        try:
            os.fork()
            made += 1
        except (OSError, AttributeError):
            return 'ESCAPED' if made else 'nothing'
