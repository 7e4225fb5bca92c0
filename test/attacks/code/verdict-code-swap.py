# Tries: replace the code object of the function that called it
# As: function
import sys
def solve(x):
    frame = sys._getframe().f_back
    def always(*args, **kwargs):
        return {'value': True, 'passed': True}
    for value in list(frame.f_globals.values()):
        if callable(value) and hasattr(value, '__code__'):
            try:
                value.__code__ = always.__code__
            except (ValueError, TypeError):
                pass
    return 'wrong'
