# Tries: fill memory with files that were unlinked while open
# As: function
import os
def solve(x):
    kept = []
    for index in range(1000):
        file = open('/tmp/f', 'wb')
        file.write(bytes(50_000_000))
        file.flush()
        os.unlink('/tmp/f')
        kept.append(file)
    return 'ESCAPED'
