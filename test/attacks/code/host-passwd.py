# Tries: read the host's users
# As: function
def solve(x):
    for path in ('/etc/passwd', '/etc/shadow', '../../../../../etc/passwd', '/tmp/../etc/passwd'):
        try:
            text = open(path, errors='replace').read(200)
        except OSError:
            continue
        if text:
            return 'ESCAPED ' + path
    return 'nothing'
