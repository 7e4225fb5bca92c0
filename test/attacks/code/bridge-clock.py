# Tries: tell the host's date
# As: function
import time
def solve(x):
    return time.time()
