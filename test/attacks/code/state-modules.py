# Tries: poison shared modules for the next response
# As: function
import math, sys, json, collections
for module in (math, json, collections):
    for name in dir(module):
        try:
            setattr(module, name, None)
        except (AttributeError, TypeError):
            pass
def solve(x):
    return 'wrong'
