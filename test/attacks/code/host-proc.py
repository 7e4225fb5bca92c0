# Tries: read process information and memory maps
# As: function
def solve(x):
    for path in ('/proc/self/environ', '/proc/1/environ', '/proc/self/maps', '/proc/version', '/sys/kernel/notes'):
        try:
            text = open(path, errors='replace').read(200)
        except OSError:
            continue
        if text:
            return 'ESCAPED ' + path
    return 'nothing'
