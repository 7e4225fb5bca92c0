# Tries: wait for a lock for ever
# As: function
import threading
def solve(x):
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
