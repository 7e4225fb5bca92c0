# Tries: register work for the end that would hide a failure
# As: stdio
import atexit, os
atexit.register(os._exit, 0)
raise ValueError('no answer')
