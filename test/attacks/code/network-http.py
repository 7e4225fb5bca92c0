# Tries: fetch a page
# As: function
import urllib.request
def solve(x):
    try:
        return 'ESCAPED ' + str(urllib.request.urlopen('http://127.0.0.1:HOST_PORT/', timeout=1).status)
    except OSError:
        return 'nothing'
