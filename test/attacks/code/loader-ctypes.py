# Tries: call the C library
# As: function
def solve(x):
    import ctypes
    library = ctypes.CDLL(None)
    library.system(b'touch /tmp/or1-touched')
    if library.fork() >= 0:
        return 'ESCAPED'
    return 'nothing'
