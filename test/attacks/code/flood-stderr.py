# Tries: write to standard error without end
# As: stdio
import sys
while True:
    sys.stderr.write('x' * 10_000)
