# Tries: poison builtins for the next response
# As: function
import builtins
builtins.int = builtins.str = builtins.sum = lambda *args: 'poison'
builtins.map = lambda *args: ['poison']
def solve(x):
    return 'wrong'
