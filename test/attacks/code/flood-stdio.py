# Tries: print without end
# As: stdio
while True:
    print('x' * 10_000)
