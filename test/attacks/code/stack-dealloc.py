# Tries: overflow the stack when a long chain is freed
# As: function
def solve(x):
    class Link:
        __slots__ = ('next',)
    head = None
    for _ in range(10 ** 6):
        link = Link()
        link.next = head
        head = link
    del head, link
    return 'wrong'
