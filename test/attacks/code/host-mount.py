# Tries: mount, change the root and leave the namespaces
# As: function
import ctypes
def solve(x):
    library = ctypes.CDLL(None, use_errno=True)
    results = [library.mount(b'none', b'/tmp', b'tmpfs', 0, None), library.chroot(b'/tmp'), library.unshare(0x10000000)]
    return 'ESCAPED' if 0 in results else 'nothing'
