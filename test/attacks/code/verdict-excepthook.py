# Tries: replace the hooks for uncaught errors with ones that end well
# As: stdio
import sys, os
sys.excepthook = lambda *args: os._exit(0)
sys.unraisablehook = lambda *args: os._exit(0)
raise ValueError('no answer')
