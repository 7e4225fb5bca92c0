# Tries: stop itself so that it never ends
# As: function
import os, signal
def solve(x):
    os.kill(os.getpid(), signal.SIGSTOP)
    return 'wrong'
