# Tries: run hand-made bytecode that corrupts the interpreter
# As: function
def solve(x):
    def base(): pass
    base.__code__ = base.__code__.replace(co_code=bytes([124, 255] * 50), co_stacksize=1, co_nlocals=0)
    return base()
