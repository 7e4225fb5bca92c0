# Tries: fill the private folder
# As: function
def solve(x):
    for index in range(10_000):
        with open('/tmp/%d' % index, 'wb') as file:
            file.write(bytes(10_000_000))
    return 'ESCAPED'
