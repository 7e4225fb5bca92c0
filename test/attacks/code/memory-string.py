# Tries: double a string without end
# As: function
def solve(x):
    text = 'x'
    while True:
        text += text
