# Tries: print a subclass of str that equals everything
# As: stdio
class Yes(str):
    def __eq__(self, other): return True
print(Yes('no'))
