# Tries: sleep for ever
# As: function
import time
def solve(x):
    time.sleep(10 ** 9)
