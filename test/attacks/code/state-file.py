# Tries: leave a file for the next response, and answer when it is found
# As: function
import os
def solve(x):
    if os.path.exists('/tmp/left-behind'):
        return 'ESCAPED'
    open('/tmp/left-behind', 'w').write('here')
    return 'wrong'
