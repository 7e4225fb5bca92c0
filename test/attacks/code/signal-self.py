# Tries: kill itself with status-like signals
# As: function
import os, signal
def solve(x):
    os.kill(os.getpid(), signal.SIGTERM)
    return 'wrong'
