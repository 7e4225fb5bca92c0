# Tries: never finish loading
# As: check
while True:
    pass
