# Shared by both sides of a judgement: frames, the codec of values, and the names that programs may use without importing them.
#
# Everything that the program's side sends is data to the judge's side: plain values and instances of the record's own classes, rebuilt
# field by field. No code, no pickle, no comparison method of the program ever crosses.
import builtins
import os
import sys
import _json

CHANNEL_IN = CHANNEL_OUT = -1

_PLAIN = frozenset((type(None), bool, int, float, str))
_MOST_ITEMS = 1_000_000

# Names that a program may use without an import, by the statement that brings them.
_PRELUDE = {
    'import {}': 'bisect cmath collections copy datetime decimal fractions functools heapq io itertools math operator os queue random re '
    'statistics string sys time typing numpy json',
    'from typing import {}': 'Any Callable DefaultDict Deque Dict FrozenSet Generator Iterable Iterator List Mapping Optional Sequence Set '
    'Tuple TypeVar Union',
    'from collections import {}': 'ChainMap Counter OrderedDict UserDict defaultdict deque namedtuple',
    'from functools import {}': 'cache cached_property cmp_to_key lru_cache partial reduce total_ordering',
    'from itertools import {}': 'accumulate chain combinations combinations_with_replacement cycle dropwhile groupby islice '
    'pairwise permutations product starmap takewhile tee zip_longest',
    'from heapq import {}': 'heapify heappop heappush heappushpop heapreplace nlargest nsmallest',
    'from bisect import {}': 'bisect_left bisect_right insort insort_left insort_right',
    'from math import {}': 'acos asin atan atan2 ceil comb cos degrees exp factorial floor fmod gcd hypot inf isqrt lcm log log10 log2 perm '
    'pi prod radians sin sqrt tan trunc',
    'from string import {}': 'ascii_letters ascii_lowercase ascii_uppercase digits hexdigits punctuation',
    'from operator import {}': 'itemgetter',
    'from random import {}': 'randint randrange',
    'from decimal import {}': 'Decimal getcontext',
    'from fractions import {}': 'Fraction',
    'from datetime import {}': 'timedelta',
    'from io import {}': 'BytesIO StringIO',
    'from copy import {}': 'deepcopy',
    'from sys import {}': 'maxsize stdin stdout',
}
PRELUDE = {name: statement.format(name) for statement, names in _PRELUDE.items() for name in names.split()}


def global_names(code):
    """The global names that a code object and those inside it mention."""
    found, todo = set(), [code]
    while todo:
        one = todo.pop()
        found.update(one.co_names)
        todo.extend(constant for constant in one.co_consts if type(constant) is type(code))
    return found


def bring_prelude(code, namespace):
    """Imports what `code` mentions of the prelude and `namespace` lacks. A missing third-party module is left to the program."""
    for name in global_names(code) & PRELUDE.keys() - namespace.keys():
        try:
            exec(PRELUDE[name], namespace)
        except ImportError:
            continue


class Uncrossable(Exception):
    """A value that cannot be handed from one side to the other."""


class Encoder:
    """Turns values into plain JSON. Instances of `classes` go into a table, so long chains and cycles of objects are fine."""

    def __init__(self, classes, handle):
        self.classes, self.handle = classes, handle
        self.table, self.seen, self.todo = [], {}, []

    def message(self, **values):
        encoded = {key: self.value(value) for key, value in values.items()}
        while self.todo:
            instance, fields = self.todo.pop()
            for key, value in _fields(instance).items():
                fields[key] = self.value(value)
        return dict(encoded, objects=self.table)

    def value(self, value):
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is list:
            return value if _PLAIN.issuperset(map(type, value)) else [self.value(item) for item in value]
        if isinstance(value, (list, tuple)):
            return {'t': 'tuple' if isinstance(value, tuple) else 'list', 'v': [self.value(item) for item in value]}
        if isinstance(value, dict):
            return {'t': 'dict', 'v': [[self.value(key), self.value(item)] for key, item in dict.items(value)]}
        if isinstance(value, (set, frozenset)):
            return {'t': 'frozenset' if isinstance(value, frozenset) else 'set', 'v': [self.value(item) for item in value]}
        for plain in (int, float, str):
            if isinstance(value, plain):
                return plain(plain.__str__(value)) if plain is str else plain.__pos__(value)
        if isinstance(value, complex):
            return {'t': 'complex', 'v': [value.real, value.imag]}
        if isinstance(value, (bytes, bytearray)):
            return {'t': kind.__name__ if kind in (bytes, bytearray) else 'bytes', 'v': bytes(value).decode('latin-1')}
        if kind is range:
            return {'t': 'range', 'v': [value.start, value.stop, value.step]}
        if kind is type({}.keys()):
            return {'t': 'set', 'v': [self.value(item) for item in value]}
        if kind.__module__ == 'collections' and kind.__name__ == 'deque':
            return {'t': 'deque', 'v': [self.value(item) for item in value]}
        if kind.__module__ in ('decimal', 'fractions') and kind.__name__ in ('Decimal', 'Fraction'):
            return {'t': kind.__name__, 'v': str(value)}
        if kind.__name__ in self.classes:
            return self._instance(value, kind.__name__)
        if hasattr(kind, '__next__') or kind is type({}.values()) or kind is type({}.items()):
            return {'t': 'iterator', 'v': [self.value(item) for _, item in zip(range(_MOST_ITEMS), value)]}
        return self.handle(value)

    def _instance(self, value, name):
        index = self.seen.get(id(value))
        if index is None:
            index = self.seen[id(value)] = len(self.table)
            fields = {}
            self.table.append([name, fields])
            self.todo.append((value, fields))
        return {'t': 'object', 'v': index}


def _fields(instance):
    """An instance's own fields, whether in its dictionary or in slots."""
    fields = dict(getattr(instance, '__dict__', {}))
    for kind in type(instance).__mro__:
        slots = getattr(kind, '__slots__', ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(instance, name):
                fields[name] = getattr(instance, name)
    return fields


class Decoder:
    """Rebuilds the values of one message. `find_class` gives the class of a name, `handle` what stands for a thing left on the other side."""

    def __init__(self, message, find_class, handle):
        self.handle = handle
        self.instances = []
        for name, _ in message.get('objects', ()):
            kind = find_class(name)
            self.instances.append(kind.__new__(kind))
        for instance, (_, fields) in zip(self.instances, message.get('objects', ())):
            for key, value in fields.items():
                setattr(instance, key, self.value(value))

    def value(self, encoded):
        if type(encoded) is list:
            return encoded if _PLAIN.issuperset(map(type, encoded)) else [self.value(item) for item in encoded]
        if type(encoded) is not dict:
            return encoded
        tag, content = encoded['t'], encoded.get('v')
        if tag == 'object':
            return self.instances[content]
        if tag == 'handle':
            return self.handle(encoded)
        if tag == 'dict':
            return {self.value(key): self.value(item) for key, item in content}
        if tag == 'complex':
            return complex(*content)
        if tag in ('bytes', 'bytearray'):
            raw = content.encode('latin-1')
            return bytearray(raw) if tag == 'bytearray' else raw
        if tag == 'range':
            return range(*content)
        if tag == 'Decimal':
            from decimal import Decimal
            return Decimal(content)
        if tag == 'Fraction':
            from fractions import Fraction
            return Fraction(content)
        items = [self.value(item) for item in content]
        if tag == 'deque':
            from collections import deque
            return deque(items)
        return {'list': list, 'tuple': tuple, 'set': set, 'frozenset': frozenset, 'iterator': iter}[tag](items)


_encode_json = _json.make_encoder(None, None, _json.encode_basestring_ascii, None, ': ', ', ', False, False, True)


class _ScannerSettings:
    strict, object_hook, object_pairs_hook, memo = False, None, None, {}
    parse_float, parse_int = float, int

    @staticmethod
    def parse_constant(name):
        return float(name.replace('Infinity', 'inf'))


_scan_json = _json.make_scanner(_ScannerSettings)


def _read_exactly(count, read):
    pieces = []
    while count > 0:
        piece = read(CHANNEL_IN, min(count, 1 << 20))
        if not piece:
            return None
        pieces.append(piece)
        count -= len(piece)
    return b''.join(pieces)


def read_frame(read=os.read):
    """The next message: eight hexadecimal digits of length, a letter for who speaks (H: the host, P: the program), then JSON.

    Returns (letter, value), or None at the end. What a program says is not trusted to be JSON: then the value is None.
    """
    head = _read_exactly(8, read)
    body = head and _read_exactly(int(head, 16), read)
    if not body:
        return None
    speaker, text = chr(body[0]), body[1:].decode('ascii', 'replace')
    try:
        value, end = _scan_json(text, 0)
    except (StopIteration, ValueError, RecursionError, MemoryError):
        return speaker, None
    return speaker, value if end == len(text) else None


def write_line(text, write=os.write):
    """One line of ASCII to the host."""
    data = (text + '\n').encode('ascii')
    while data:
        data = data[write(CHANNEL_OUT, data):]


def to_json(value):
    return ''.join(_encode_json(value, 0))


def open_channel(lines):
    """Takes the channel to the host out of a program's reach by its usual names. With `lines`, standard input is left empty and prints
    go to standard error."""
    global CHANNEL_IN, CHANNEL_OUT
    if sys.platform == 'wasi':
        CHANNEL_IN = os.open('/channel/in', os.O_RDONLY)
        if lines:
            CHANNEL_OUT = os.open('/channel/out', os.O_WRONLY)
    elif lines:
        CHANNEL_IN, CHANNEL_OUT = os.dup(0), os.dup(1)
        os.dup2(2, 1)
        empty, end = os.pipe()
        os.close(end)
        os.dup2(empty, 0)
        os.close(empty)
    else:
        CHANNEL_IN = 0
