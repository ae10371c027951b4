"""Writes safetensors-verdicts.json: crafted files, and for each the content that Python's safetensors reads, or its refusal.

Run with safetensors 0.8.0 and numpy 2.4.6 from PyPI: python safetensors_verdicts.py
`python safetensors_verdicts.py 20000 7 many.json` writes that many mutants of seed 7 instead, for a longer comparison.
"""

import base64
import hashlib
import json
import os
import random
import struct
import sys
import tempfile

import numpy as np
import safetensors

DTYPES = "BOOL F4 F6_E2M3 F6_E3M2 U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ I16 U16 F16 BF16 I32 U32 F32 C64 F64 I64 U64".split()
BITS = {"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "C64": 64}


def bits(dtype):
    digits = "".join(c for c in dtype.split("_")[0] if c.isdigit())
    return BITS.get(dtype) or int(digits or 8)


def entry(dtype='"F32"', shape="[1]", offsets="[0,4]", more=""):
    return '{"dtype":%s,"shape":%s,"data_offsets":%s%s}' % (dtype, shape, offsets, more)


def crafted():
    """(header, bytes of data, claimed length of the header or None)"""
    a = entry()
    plain = '{"a":%s}' % a
    extra = lambda value: '{"a":%s}' % entry(more=',"x":' + value)
    yield plain, 4, None
    # Grammar.
    for text in [" \t\n\r" + plain + " \n\r\t", "\ufeff" + plain, plain + "\ufeff", plain + "x", plain + "{}", plain + "\0", "\0" + plain, plain + "//", "/**/" + plain, plain[:-1], plain + "}", plain.replace('"', "'"), "{a:%s}" % a, '{"a":%s,}' % a, '{,"a":%s}' % a, '{"a" :\n%s }' % a, '{"a"%s}' % a, '{"a":}', '{"a"}', "\v" + plain, "\f" + plain, "\u00a0" + plain, plain + "\u2028", '{"a":%s;"b":%s}' % (a, a)]:
        yield text, 4, None
    for value in "1 -1 0 -0 01 -01 +1 1. .5 1.5 1e5 1E+5 1e-5 1e 1e+ 0x1 1_0 NaN Infinity -Infinity - -- true false null True nul nulll undefined 1e308 1e309 -1e309 1e-999 1e99999999999 0e99999999999 1.8e308 0.00001e312 18446744073709551615 18446744073709551616 [] {} [1,] [,1] [1,2] [1 2] [1;2] {,} {\"a\":1,} {\"a\":1,\"a\":2} {\"a\" 1} {1:2} [ {\"a\":[]}, 1e400 ]".split(" ") + ["9" * 308, "9" * 310, "1" + "0" * 400 + "e-400", "[1, 2 ,\n3]", '{ "b" : [ ] }', "1 2", "", " ", "/*1*/1"]:
        yield extra(value), 4, None
    # Texts.
    for text in ["\\ud83d\\ude00", "\\uD83D\\uDE00", "\\ud800", "\\udc00", "\\ude00\\ud83d", "\\ud83dx", "\\ud83d\\n", "\\ud83d\\u0041", "\\u0000", "\\u12", "\\u12g4", "\\U0041", "\\x41", "\\'", "\\/\\b\\f\\n\\r\\t\\\"\\\\", "\\", "\n", "\t", "\x00", "\x1f", "\x7f", "\u0080", "\u2028", "\ufeff", "\ufffd", "\U0001f600", "a\\", ""]:
        yield extra('"%s"' % text), 4, None
        if len(text) > 2:
            yield '{"%s":%s}' % (text, a), 4, None
    for raw in [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\xc3\xa9", b"\xf0\x9f\x98\x80"]:
        yield extra('"@"').encode().replace(b"@", raw), 4, None
    yield plain.encode() + b"\xff", 4, None
    yield plain.replace('"a"', '"\\u0061"'), 4, None
    yield plain.replace("dtype", "dt\\u0079pe"), 4, None
    yield '{"":%s}' % a, 4, None
    # The whole.
    for text in ["[]", "null", "3", '"a"', "true", "", " ", "{", "}", "[%s]" % plain, "{}{}"]:
        yield text, 0, None
    for size in (0, 1, 4):
        yield "{}", size, None
    # Metadata.
    for value in ["null", "{}", "[]", '""', "0", "false", '{"k":"v"}', '{"k":1}', '{"k":null}', '{"k":["v"]}', '{"k":{}}', '{"k":"v","k":"w"}', '{"k":"v","k":2}', '{"":""}', '{"__proto__":"v","constructor":"w"}', '{"\\ud83d\\ude00":"\\u0000"}', '{"k":"\\ud800"}', '{"k":"v",}', "{", "nul"]:
        yield '{"__metadata__":%s,"a":%s}' % (value, a), 4, None
    for text in ['{"a":%s,"__metadata__":{"k":"v"}}' % a, '{"__metadata__":{},"__metadata__":{},"a":%s}' % a, '{"__metadata__":null,"__metadata__":null,"a":%s}' % a, '{"__metadata__":null,"a":%s,"__metadata__":{}}' % a, '{"\\u005f_metadata__":{"k":"v"},"a":%s}' % a, '{"__metadata__":%s}' % a, '{"__METADATA__":{"k":"v"},"a":%s}' % a, '{"a":%s,"__metadata__":{"k":"v"},"\\u005f_metadata__":null}' % a]:
        yield text, 4, None
    # Descriptions.
    for value in ["null", "3", '"F32"', "[]", "{}", "true", '["F32",[1],[0,4]]', '["F32",[1]]', '["F32",[1],[0,4],1]', '["F32",[1],[0,4],]', '[[1],"F32",[0,4]]', '[{"F32":null},[1],[0,4]]', '{"dtype":"F32","shape":[1]}', '{"dtype":"F32","data_offsets":[0,4]}', '{"shape":[1],"data_offsets":[0,4]}', '{"data_offsets":[0,4],"shape":[1],"dtype":"F32"}', '{"Dtype":"F32","shape":[1],"data_offsets":[0,4]}', '{"dtype":"F32","shape":[1],"offsets":[0,4]}']:
        yield '{"a":%s}' % value, 4, None
    for again in ['"dtype":"F32"', '"dtype":"I32"', '"shape":[1]', '"data_offsets":[0,4]', '"dtype":null', '"x":1,"x":2', '"dt\\u0079pe":"F32"', '"__metadata__":1']:
        yield '{"a":%s}' % entry(more="," + again), 4, None
    for first in [a, "3", "null", entry(dtype='"F99"'), entry(shape="[9]", offsets="[7,1]")]:
        yield '{"a":%s,"a":%s}' % (first, a), 4, None
    yield '{"a":%s,"\\u0061":%s}' % (a, entry(dtype='"I32"')), 4, None
    yield '{"__proto__":%s,"constructor":%s}' % (a, entry(offsets="[4,8]")), 8, None
    # Types.
    for dtype in DTYPES:
        yield '{"a":%s}' % entry('"%s"' % dtype, "[8]", "[0,%d]" % bits(dtype)), bits(dtype), None
        yield '{"a":%s}' % entry('"%s"' % dtype, "[3]", "[0,%d]" % (bits(dtype) * 3 // 8)), bits(dtype) * 3 // 8, None
    for dtype in ['"f32"', '"F32 "', '""', '"F99"', '"float32"', '"__proto__"', '"toString"', "null", "17", "true", '["F32"]', "[]", "{}", '{"F32":null}', '{"F32":{}}', '{"F32":[]}', '{"F32":1}', '{"F32":null,"F32":null}', '{"F32":null,"I32":null}', '{"F99":null}', '{"F32":"F32"}', '"F\\u00332"']:
        yield '{"a":%s}' % entry(dtype), 4, None
    # Sizes.
    for shape in "[1.0] [1e0] [-0] [-1] [+1] [01] [1.] [\"1\"] [null] [true] [[1]] [{}] 1 null \"1\" {} {\"0\":1} [1,] [1,1,1,1] [] [1,1.0] [-1,-1] [4] [0.5,2] [18446744073709551616] [1,-0]".split(" "):
        yield '{"a":%s}' % entry(shape=shape), 4, None
    for shape in "[0] [0,1] [2,0] [0,0] [0,18446744073709551615] [0,18446744073709551615,9] [18446744073709551615,0] [4611686018427387904,4,0] [4611686018427387904,0,4] [9007199254740993,0] [18446744073709551616,0] [0,18446744073709551616] [0,-1] [0,1.0] [1152921504606846976,16,0] [0.0]".split(" "):
        yield '{"a":%s}' % entry(shape=shape, offsets="[0,0]"), 0, None
    for shape in ["[4611686018427387904]", "[4611686018427387905]", "[2,9223372036854775807]", "[2,18446744073709551614]", "[9223372036854775809,2]", "[4294967296,4294967296]", "[4294967297,4294967296]", "[576460752303423488]"]:
        yield '{"a":%s}' % entry(shape=shape), 4, None
    yield '{"a":%s}' % entry(shape="[%s]" % ",".join(["1"] * 300)), 4, None
    # Places.
    for offsets in "[0,4.0] [0.0,4] [-0,4] [0,4,4] [0] [] [4,0] [0,5] [0,3] [1,5] [4,8] [-4,0] [0,\"4\"] null 4 {} {\"0\":0,\"1\":4} [[0],[4]] [0,18446744073709551615] [0,18446744073709551616] [18446744073709551612,18446744073709551616] [00,4] [0,4e0]".split(" "):
        yield '{"a":%s}' % entry(offsets=offsets), 4, None
    for size in (0, 3, 5, 8):
        yield plain, size, None
    pair = lambda x, y: '{"a":%s,"b":%s}' % (entry(offsets=x), entry(offsets=y))
    for x, y in [("[0,4]", "[4,8]"), ("[4,8]", "[0,4]"), ("[0,4]", "[0,4]"), ("[0,4]", "[5,9]"), ("[0,4]", "[2,6]"), ("[0,4]", "[8,12]"), ("[4,8]", "[8,12]")]:
        yield pair(x, y), 8, None
    for place in ["[0,0]", "[4,4]", "[8,8]", "[2,2]", "[12,12]", "[4,0]"]:
        yield '{"e":%s,"a":%s,"b":%s,"f":%s}' % (entry(shape="[0]", offsets=place), a, entry(offsets="[4,8]"), entry(shape="[3,0]", offsets=place)), 8, None
    yield '{"a":%s,"b":%s,"c":%s}' % (entry('"U8"', "[3]", "[0,3]"), entry('"F64"', "[1]", "[3,11]"), entry('"F16"', "[]", "[11,13]")), 13, None
    # Depth.
    for depth in (1, 124, 125, 126, 127, 3000):
        yield extra("[" * depth + "]" * depth), 4, None
        yield extra('{"y":' * depth + "1" + "}" * depth), 4, None
    yield extra("[" * 125 + "]" * 125 + ',"y":' + "[" * 125 + "]" * 125), 4, None
    # The header's length.
    for claimed in (0, 1, len(plain) - 1, len(plain) + 1, len(plain) + 4, len(plain) + 5, 100_000_000, 100_000_001, 2**31, 2**32, 2**32 + len(plain), 2**53 + len(plain), 2**63, 2**64 - 8, 2**64 - 1):
        yield plain, 4, claimed


TOKENS = ['"a"', '"b"', '"dtype"', '"shape"', '"data_offsets"', '"__metadata__"', '"F32"', '"F16"', '"U8"', '"BOOL"', '"F4"', "0", "1", "2", "4", "8", "-0", "4.0", "1e1", "null", "true", "[]", "{}", "[0,4]", "[1]", "[2]", "{", "}", "[", "]", ",", ":", " ", '"x":1,', '"\\u0061"', "18446744073709551615"]
SEEDS = [
    '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2,2],"data_offsets":[4,8]}}',
    '{"__metadata__":{"a":"b","x":"1"},"b":{"shape":[2],"dtype":"F16","data_offsets":[0,4]},"a":{"dtype":"F4","shape":[8],"data_offsets":[4,8]}}',
    '{"a":["F32",[1],[0,4]],"b":{"dtype":{"I8":null},"shape":[2,0],"data_offsets":[4,4],"x":[1,{"y":"z"}]},"c":["U32",[],[4,8]]}',
]


def tokens_of(text):
    tokens, i = [], 0
    while i < len(text):
        j = text.index('"', i + 1) + 1 if text[i] == '"' else i + 1
        while text[i].isalnum() and j < len(text) and text[j].isalnum():
            j += 1
        tokens.append(text[i:j])
        i = j
    return tokens


def mutants(count, seed):
    """Headers with one to three tokens replaced, removed, doubled, moved or put in."""
    choose = random.Random(seed)
    for _ in range(count):
        tokens = tokens_of(choose.choice(SEEDS))
        for _ in range(choose.choice([1, 1, 2, 3])):
            at, other = choose.randrange(len(tokens)), choose.randrange(len(tokens))
            edit = choose.randrange(5)
            if edit == 0:
                tokens[at] = choose.choice(TOKENS)
            elif edit == 1:
                del tokens[at]
            elif edit == 2:
                tokens.insert(at, tokens[at])
            elif edit == 3:
                tokens[at], tokens[other] = tokens[other], tokens[at]
            else:
                tokens.insert(at, choose.choice(TOKENS))
        yield "".join(tokens), choose.choice([8, 8, 8, 4]), None


def verdict(file):
    """None where the file is refused, else its tensors by name and its metadata."""
    try:
        read = safetensors.deserialize(file)
    except safetensors.SafetensorError:
        return None
    tensors = {name: "%s [%s] %s" % (t["dtype"], ",".join(map(str, t["shape"])), bytes(t["data"]).hex()) for name, t in read}
    with tempfile.NamedTemporaryFile() as out:
        out.write(file)
        out.flush()
        with safetensors.safe_open(out.name, framework="np") as opened:
            assert sorted(opened.keys()) == sorted(tensors)
            metadata = opened.metadata() or {}
    return {"tensors": dict(sorted(tensors.items())), "metadata": metadata}


def case(header, size, claimed):
    header = header.encode() if isinstance(header, str) else header
    data = bytes(i % 251 for i in range(1, size + 1))
    length = struct.pack("<Q", len(header) if claimed is None else claimed)
    try:
        text = {"header": header.decode()}
    except UnicodeDecodeError:
        text = {"base64": base64.b64encode(header).decode()}
    claim = {} if claimed is None else {"claimed": str(claimed)}
    return {**text, **claim, "data": size, "read": verdict(length + header + data)}


def values():
    """One file of all types that numpy knows, and the values that numpy reads; of half precision, all bit patterns by their checksum."""
    samples = {
        "F64": np.array([0.1, -0.0, np.inf, 5e-324], "<f8"),
        "F32": np.array([0.1, -0.0, np.inf, 1e-45], "<f4"),
        "F16": np.array([0.1, -0.0, np.inf, 6e-8, 65504], "<f2"),
        "I64": np.array([-(2**63), 2**63 - 1, -1], "<i8"),
        "U64": np.array([2**64 - 1, 2**53 + 1], "<u8"),
        "I32": np.array([-(2**31), 2**31 - 1], "<i4"),
        "U32": np.array([2**32 - 1, 1], "<u4"),
        "I16": np.array([-(2**15), 2**15 - 1], "<i2"),
        "U16": np.array([2**16 - 1, 1], "<u2"),
        "I8": np.array([-128, 127], "i1"),
        "U8": np.array([255, 1, 0], "u1"),
        "BOOL": np.array([True, False, True]),
    }
    from safetensors.numpy import load, save

    file = save(samples)
    read = load(file)
    text = lambda x: repr(float(x)) if x.dtype.kind == "f" else str(int(x))
    halves = np.arange(2**16, dtype="<u2")
    checksum = lambda floats: hashlib.sha256(np.where(np.isnan(floats), np.float32("nan"), floats).astype("<f4").tobytes()).hexdigest()
    return {
        "file": base64.b64encode(file).decode(),
        "values": {name: " ".join(map(text, array)) for name, array in sorted(read.items())},
        "F16": checksum(halves.view("<f2").astype("<f4")),
        "BF16": checksum((halves.astype("<u4") << 16).view("<f4")),
    }


if __name__ == "__main__":
    made_by = "safetensors_verdicts.py with safetensors %s, numpy %s" % (safetensors.__version__, np.__version__)
    if len(sys.argv) == 4:
        count, seed, path = sys.argv[1:]
        content = {"madeBy": made_by, "cases": [case(*each) for each in mutants(int(count), int(seed))]}
    else:
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "safetensors-verdicts.json")
        cases = [case(*each) for each in [*crafted(), *mutants(60, 1)]]
        content = {"madeBy": made_by, "values": values(), "cases": cases}
    with open(path, "w") as out:
        json.dump(content, out, indent=2)
        out.write("\n")
