# Tries: leave with the statuses that drivers use among themselves
# As: stdio
import os, sys
sys.stderr.write('passed')
os._exit(65)
