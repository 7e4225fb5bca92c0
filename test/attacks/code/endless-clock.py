# Tries: stop the clock that limits are measured by
# As: function
import time
time.time = time.monotonic = time.perf_counter = lambda: 0.0
def solve(x):
    start = time.time()
    while time.time() - start < 1:
        pass
