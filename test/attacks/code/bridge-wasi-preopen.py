# Tries: walk out of the preopened folder with paths of every shape
# As: function
import os
def solve(x):
    for path in ('/..', '/../..', '//', '/./../.', '\x00/etc', '/tmp/../../..', 'file:///etc', '/channel/../../etc'):
        try:
            names = os.listdir(path)
        except (OSError, ValueError):
            continue
        if 'etc' in names or 'home' in names or 'root' in names:
            return 'ESCAPED ' + path
    return 'nothing'
