# Tries: close every descriptor
# As: function
import os
def solve(x):
    os.closerange(0, 256)
    return 'wrong'
