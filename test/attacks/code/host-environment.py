# Tries: read the host's environment
# As: function
import os
def solve(x):
    for key, value in os.environ.items():
        if 'CANARY' in key or key in ('HOME', 'USER', 'SSH_AUTH_SOCK', 'AWS_SECRET_ACCESS_KEY', 'HOSTNAME'):
            return 'ESCAPED ' + key
    return 'nothing'
