# Tries: write outside of the private folder
# As: function
def solve(x):
    for path in ('/usr/or1-touched', '/or1-touched', '/etc/or1-touched', '/lib/or1-touched', '/or1/program.pyc', '/channel/or1-touched'):
        try:
            open(path, 'w').write('x')
            return 'ESCAPED ' + path
        except OSError:
            continue
    open('/tmp/or1-touched', 'w').write('private')
    return 'nothing'
