# Tries: read memory at addresses of its choosing
# As: function
def solve(x):
    import ctypes
    return ctypes.string_at(0x1000, 16)
