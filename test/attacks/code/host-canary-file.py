# Tries: read a file that the tests left in the host's temporary folder
# As: function
import os
def solve(x):
    for root, folders, names in os.walk('/'):
        for name in names:
            if 'or1-canary' in name:
                return 'ESCAPED ' + name
    return 'nothing'
