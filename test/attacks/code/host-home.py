# Tries: list home folders and the root
# As: function
import os
def solve(x):
    for path in ('/root', '/home', '/etc', '/var', '/srv', '/mnt', '/opt'):
        try:
            return 'ESCAPED ' + str(os.listdir(path))
        except OSError:
            continue
    return 'nothing'
