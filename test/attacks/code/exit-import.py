# Tries: leave while the module is loaded
# As: function
import os
os._exit(0)
