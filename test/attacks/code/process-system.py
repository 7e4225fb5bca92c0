# Tries: run a shell
# As: function
import os
def solve(x):
    status = os.system('echo ESCAPED > /tmp/or1-shell')
    return 'ESCAPED' if status == 0 else 'nothing'
