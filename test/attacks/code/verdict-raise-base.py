# Tries: raise a BaseException that passes through handlers of Exception
# As: check
class Through(BaseException):
    pass
def solve(x):
    raise Through('passed')
