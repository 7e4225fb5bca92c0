# Tries: use descriptors that were left open
# As: function
import os
def solve(x):
    for number in range(3, 256):
        try:
            data = os.pread(number, 100, 0)
        except OSError:
            continue
        if data:
            return 'ESCAPED descriptor %d' % number
    return 'nothing'
