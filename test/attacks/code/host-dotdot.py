# Tries: climb out of the working folder
# As: function
import os
def solve(x):
    os.chdir('/tmp')
    for depth in range(1, 20):
        try:
            return 'ESCAPED ' + open('../' * depth + 'etc/passwd').read(20)
        except OSError:
            continue
    return 'nothing'
