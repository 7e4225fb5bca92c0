# Tries: start a program
# As: function
import subprocess
def solve(x):
    try:
        return 'ESCAPED ' + subprocess.check_output(['/bin/echo', 'hi'], text=True)
    except (OSError, subprocess.SubprocessError):
        return 'nothing'
