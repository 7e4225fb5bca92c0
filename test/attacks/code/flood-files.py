# Tries: make a hundred thousand empty files
# As: function
def solve(x):
    for index in range(100_000):
        open('/tmp/%d' % index, 'w').close()
    return 'nothing'
