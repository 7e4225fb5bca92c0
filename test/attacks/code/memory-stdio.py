# Tries: allocate ten gigabytes in a script
# As: stdio
data = bytearray(10 ** 10)
print(len(data))
