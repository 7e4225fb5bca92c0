# Tries: open devices of the host
# As: function
def solve(x):
    for path in ('/dev/vda', '/dev/sda', '/dev/mem', '/dev/kmsg', '/dev/random', '/dev/zero'):
        try:
            text = open(path, errors='replace').read(200)
        except OSError:
            continue
        if text:
            return 'ESCAPED ' + path
    return 'nothing'
