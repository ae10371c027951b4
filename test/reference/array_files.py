"""Writes array-files-*.json: files of arrays by the libraries that write them, and what those libraries read from them.

Run with numpy 2.4.6, scipy 1.17.1 and safetensors 0.8.0 from PyPI: python array_files.py
A case has a name for its file, the file (zlib, base64), and its arrays by name: type, shape, and the values as float32
(little-endian, row-major, zlib, base64). `leftOut` names what the file holds beside them, `parts` tells which arrays
are the data and the labels of a known data set, `options` are those of `openArrays`.
"""

import base64
import io
import json
import os
import struct
import tempfile
import warnings
import zipfile
import zlib

import numpy as np
import safetensors
import safetensors.numpy
import scipy
import scipy.io
import scipy.sparse

TYPES = "b1 u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8".split()


def samples(type):
    """12 numbers of a type, with its extremes, and of wide integers one that float64 on the way would round wrongly."""
    kind, dtype = type[0], np.dtype(type)
    if kind == "b":
        return np.arange(12) % 3 == 1
    if kind == "f":
        info = np.finfo(dtype)
        special = [0.0, -0.0, np.inf, -np.inf, np.nan, info.smallest_subnormal, info.tiny, -info.max, info.eps]
        return np.array([*special, 0.1, -1.5, 3], dtype)
    info = np.iinfo(dtype)
    wide = [2**60 + 2**36 + 1, 2**60 + 2**36] if dtype.itemsize == 8 else [7, 8]
    return np.array([0, 1, 2, 3, info.min, info.max, info.max - 1, info.min + 1, 100, 99, *wide], dtype)


def packed(data):
    return base64.b64encode(zlib.compress(data, 9)).decode()


def expected(array):
    array = np.asarray(array)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # float64's largest are infinite as float32
        values = np.ascontiguousarray(array).astype("<f4").tobytes()
    return {"type": array.dtype.str[1:], "shape": list(array.shape or [1]), "values": packed(values)}


def case(name, file, arrays, leftOut=(), **more):
    arrays = {key: expected(array) for key, array in arrays.items()}
    return {"name": name, "file": packed(file), "arrays": arrays, "leftOut": list(leftOut), **more}


def written(write):
    out = io.BytesIO()
    write(out)
    return out.getvalue()


def npy_cases():
    for type in TYPES:
        for order in "<>" if np.dtype(type).itemsize > 1 else "|":
            for layout in "CF":
                for version in (1, 2, 3) if type in ("u1", "f4") else (1,):
                    array = np.asarray(samples(type).reshape(3, 2, 2).astype(order + type), order=layout)
                    file = written(lambda out: np.lib.format.write_array(out, array, (version, 0)))
                    yield case(f"{order}{type}-{layout}-{version}.npy", file, {"data": np.load(io.BytesIO(file))})
    for shape in [(), (1,), (0,), (0, 3), (3, 0), (12,), (2, 1, 1, 1, 6)]:
        file = written(lambda out: np.save(out, np.resize(samples("i2"), shape)))
        yield case(f"shape {shape}.npy", file, {"data": np.load(io.BytesIO(file))})
    values = samples("u1").tobytes()
    headers = {
        "other order of keys": "{'shape': (3, 4), 'fortran_order': False, 'descr': '|u1'}\n",
        "other white space": "{ \"descr\" :'|u1','fortran_order':False ,\n'shape':( 3,4,), }   \n",
        "Python 2": "{'descr': '|u1', 'fortran_order': False, 'shape': (3L, 4L), }\n",
    }
    for name, header in headers.items():
        file = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + values
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of headers of Python 2
            yield case(f"{name}.npy", file, {"data": np.load(io.BytesIO(file))})


def loaded(file):
    with np.load(io.BytesIO(file)) as arrays:
        return {name: arrays[name] for name in arrays.files if name.isidentifier() and name != "objects"}


def zipped(members, method=zipfile.ZIP_STORED, stream=False):
    class Unseekable(io.RawIOBase):
        def __init__(self):
            self.bytes = b""

        def writable(self):
            return True

        def write(self, data):
            self.bytes += bytes(data)
            return len(data)

    out = Unseekable() if stream else io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        file.comment = b"a comment"
        for name, array in members.items():
            file.writestr(name, array if isinstance(array, bytes) else written(lambda out: np.save(out, array)))
    return out.bytes if stream else out.getvalue()


def npz_cases():
    arrays = {"x": samples("f4").reshape(3, 4), "y": samples("i8"), "fortran": np.asfortranarray(samples("f8").astype(">f8").reshape(2, 6)), "scalar": np.float32(2.5)}
    objects = np.array({"a": 1}, dtype=object)
    for name, write in {"savez": np.savez, "savez_compressed": np.savez_compressed}.items():
        file = written(lambda out: write(out, **arrays))
        yield case(f"{name}.npz", file, loaded(file))
        file = written(lambda out: write(out, x=arrays["x"], objects=objects))
        yield case(f"{name} with objects.npz", file, loaded(file), ["objects"])
    members = {f"{name}.npy": array for name, array in arrays.items()}
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        for stream in (False, True):
            file = zipped(members, method, stream)
            yield case(f"zipfile {method} {'streamed' if stream else 'seekable'}.npz", file, loaded(file))
    limits = zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 10, 1  # zip64 records everywhere
    file = zipped(members, zipfile.ZIP_DEFLATED)
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = limits
    assert b"PK\x06\x06" in file and b"PK\x06\x07" in file
    yield case("zip64.npz", file, loaded(file))
    end = file.rindex(b"PK\x05\x06")  # as it is where the numbers do not fit: they stand in the zip64 record only
    file = file[: end + 8] + b"\xff" * 12 + file[end + 20 :]
    yield case("zip64 directory.npz", file, loaded(file))
    file = zipped({**members, "notes.txt": b"no array"})
    yield case("with a text.npz", file, loaded(file), ["notes.txt"])
    file = zipped({"a/b.npy": arrays["x"]}, zipfile.ZIP_BZIP2)
    yield case("bzip2.npz", file, {}, ["a/b"])
    labels = np.arange(3, dtype="u1")
    images = (np.arange(3 * 28 * 28) % 256).astype("u1").reshape(3, 28, 28)
    file = written(lambda out: np.savez(out, x_test=images[:1], x_train=images, y_train=labels, y_test=labels[:1]))
    parts = {"train": {"x": "x_train", "y": "y_train"}, "test": {"x": "x_test", "y": "y_test"}}
    yield case("mnist.npz", file, loaded(file), parts=parts)
    yield case("mnist.npz, two members", file, {"x_train": images, "x_test": images[:1]}, options={"members": ["x_train", "x_test"]}, parts={"train": {"x": "x_train"}, "test": {"x": "x_test"}})
    sprites = {"imgs": images % 2, "latents_classes": np.zeros((3, 6), "i8"), "latents_values": np.ones((3, 6)), "metadata": objects}
    file = written(lambda out: np.savez_compressed(out, **sprites))
    del sprites["metadata"]
    yield case("dsprites.npz", file, sprites, ["metadata"], parts={"all": {"x": "imgs", "y": "latents_classes"}})


def element(type, data, order):
    """A data element of MATLAB's level 5."""
    return struct.pack(order + "II", type, len(data)) + data + b"\0" * (-len(data) % 8)


def mat_file(arrays, order="<", compress=False):
    """Arrays by name: class, flags, shape, the number of the stored type, and its numbers, as scipy does not write them."""
    header = b"MATLAB 5.0 MAT-file, written by array_files.py".ljust(124) + struct.pack(order + "HH", 0x0100, 0x4D49)
    elements = []
    for name, (mat_class, flags, shape, type, numbers) in arrays.items():
        parts = [(6, struct.pack(order + "II", mat_class | flags << 8, 0)), (5, struct.pack(f"{order}{len(shape)}i", *shape)), (1, name.encode()), (type, numbers)]
        whole = element(14, b"".join(element(*part, order) for part in parts), order)
        if compress:
            stream = zlib.compress(whole)
            whole = struct.pack(order + "II", 15, len(stream)) + stream
        elements.append(whole)
    return header + b"".join(elements)


def load_mat(file):
    read = scipy.io.loadmat(io.BytesIO(file), spmatrix=False)
    return {name: np.asarray(array, array.dtype.newbyteorder("<")) for name, array in read.items() if not name.startswith("__") and isinstance(array, np.ndarray) and array.dtype.kind in "fiub"}


def mat_cases():
    numbers = {f"x_{type}": samples(type).reshape(3, 2, 2) for type in TYPES if type != "f2"}
    others = {"text": "a text", "cell": np.array([1, "b"], dtype=object), "struct": {"a": 1}, "sparse": scipy.sparse.eye_array(3, format="csc"), "complex": np.array([1 + 2j])}
    small = {"one": np.uint8([[7]]), "pair": np.int16([[1, -2]]), "none": np.zeros((0, 3)), "row": np.arange(5.0), "column": np.arange(5.0)[:, None]}
    logical = {"logical": np.array([[True, False], [False, True], [True, True]])}
    for compress in (False, True):
        file = written(lambda out: scipy.io.savemat(out, {**numbers, **others, **small, **logical}, do_compression=compress))
        arrays = load_mat(file)
        arrays["logical"], arrays["x_b1"] = arrays["logical"].astype("?"), arrays["x_b1"].astype("?")
        yield case(f"savemat{' compressed' if compress else ''}.mat", file, arrays, others.keys())
    # stored in a smaller type than the class (6 is double, 7 single, 11 uint16), as MATLAB does with whole numbers
    for order in "<>":
        def of(type, values):
            return np.array(values, order + type).tobytes()
        smaller = {
            "doubles_as_bytes": (6, 0, (2, 3), 2, of("u1", [1, 2, 3, 4, 5, 255])),
            "doubles_as_shorts": (6, 0, (3, 2), 3, of("i2", [1, -2, 3, -4, 5, -32768])),
            "doubles_as_words": (6, 0, (1, 2), 4, of("u2", [1, 65535])),
            "doubles_as_integers": (6, 0, (1, 2), 5, of("i4", [1, -(2**31)])),
            "singles_as_bytes": (7, 0, (2, 2), 2, of("u1", [0, 1, 1, 0])),
            "words_as_bytes": (11, 0, (1, 3), 2, of("u1", [9, 8, 7])),
            "doubles": (6, 0, (2, 2), 9, of("f8", [0.5, -1e300, 3, 4])),
            "wide": (14, 0, (1, 2), 12, of("i8", [-(2**63), 2**60 + 2**36 + 1])),
        }
        for compress in (False, True):
            file = mat_file(smaller, order, compress)
            name = f"smaller types {'little' if order == '<' else 'big'}-endian{' compressed' if compress else ''}.mat"
            arrays = load_mat(file)
            classes = {6: "f8", 7: "f4", 11: "u2", 14: "i8"}
            yield case(name, file, {key: arrays[key].astype(classes[smaller[key][0]]) for key in smaller})


def recipe_cases():
    """Layouts of the files that papers used, with images turned as the papers' own programs turn them."""

    def images_of(rows):
        # reshape_data of https://github.com/yburda/iwae, datasets.py
        return rows.reshape(-1, 28, 28).reshape(-1, 784, order="F").reshape(-1, 28, 28)

    rows = (np.arange(6 * 784) * 7 % 11 // 5 / 2).reshape(6, 784)
    target, number = np.eye(50)[[3, 0, 49, 7]], np.float64([[1, 2, 3, 20]])
    omniglot = {"data": rows[:4].T, "testdata": rows[4:].T, "target": target.T, "targetchar": number, "testtargetchar": number[:, :2]}
    read = {"data": images_of(rows[:4]), "testdata": images_of(rows[4:]), "target": target, "targetchar": number[0], "testtargetchar": number[0, :2]}
    parts = {"train": {"x": "data", "y": "targetchar"}, "test": {"x": "testdata", "y": "testtargetchar"}}
    file = written(lambda out: scipy.io.savemat(out, omniglot, do_compression=True))
    yield case("chardata.mat", file, read, parts=parts)
    bits, labels = (rows > 0).astype("u1"), np.uint8([[1], [101]])
    caltech = {f"{part}_data": bits[2 * i : 2 * i + 2] for i, part in enumerate(("train", "val", "test"))}
    label = {name.replace("data", "labels"): labels for name in caltech}
    file = written(lambda out: scipy.io.savemat(out, {**caltech, **label}))
    parts = {part: {"x": f"{short}_data", "y": f"{short}_labels"} for part, short in {"train": "train", "validation": "val", "test": "test"}.items()}
    for invert in (False, True):
        read = {name: images_of(1 - data if invert else data) for name, data in caltech.items()}
        read |= {name: labels[:, 0] for name in label}
        yield case(f"caltech101_silhouettes_28_split1.mat, invert {invert}", file, read, parts=parts, options={"invert": invert})
    faces = (np.arange(560 * 3) % 251).astype("u1").reshape(3, 28, 20)
    file = written(lambda out: scipy.io.savemat(out, {"ff": faces.reshape(3, 560).T}))
    yield case("frey_rawface.mat", file, {"ff": faces}, parts={"all": {"x": "ff"}})


def safetensors_cases():
    arrays = {type: samples(type).reshape(2, 6) for type in TYPES}
    file = safetensors.numpy.save(arrays)
    yield case("types.safetensors", file, safetensors.numpy.load(file))
    bits = np.array([0x3F80, 0xC000, 0x7F80, 0x0001, 0x7FC0, 0x8000], "<u2")
    header = json.dumps({"bf16": {"dtype": "BF16", "shape": [3, 2], "data_offsets": [0, 12]}, "f8": {"dtype": "F8_E4M3", "shape": [2], "data_offsets": [12, 14]}}).encode()
    file = struct.pack("<Q", len(header)) + header + bits.tobytes() + b"\0\1"
    assert dict(safetensors.deserialize(file))["bf16"]["data"] == bits.tobytes()
    yield case("brain floats.safetensors", file, {"bf16": (bits.astype("<u4") << 16).view("<f4").reshape(3, 2)}, ["f8"])


def idx(code, array):
    return struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape) + array.astype(array.dtype.newbyteorder(">")).tobytes()


def other_cases():
    codes = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}
    for type, code in codes.items():
        for shape in [(12,), (3, 4), (3, 2, 2), (1, 2, 2, 3)]:
            array = samples(type).reshape(shape)
            yield case(f"{type}-idx{len(shape)}", idx(code, array), {"data": array})
    images = np.arange(2 * 28 * 28, dtype="u2").reshape(2, 28, 28).astype("u1")
    yield case("emnist-letters-train-images-idx3-ubyte", idx(8, images.swapaxes(1, 2)), {"data": images})
    wide = np.arange(24, dtype="u1").reshape(2, 3, 4)
    yield case("emnist-byclass-test-images-idx3-ubyte", idx(8, wide.swapaxes(1, 2)), {"data": wide})
    yield case("emnist-letters-train-labels-idx1-ubyte", idx(8, samples("u1")), {"data": samples("u1")})
    bits = (np.arange(3 * 784) % 5 < 2).reshape(3, 784)
    for name, rows in {"binarized_mnist_train.amat": bits, "rows.amat": bits[:, :9]}.items():
        file = written(lambda out: np.savetxt(out, rows.astype(int), fmt="%d"))
        read = np.loadtxt(io.BytesIO(file)) == 1
        yield case(name, file, {"data": read.reshape(-1, 28, 28) if rows.shape[1] == 784 else read})
    colour = (np.arange(3 * 32 * 32 * 3) % 251).astype("u1").reshape(3, 32, 32, 3)
    labels, coarse = np.uint8([3, 9, 0]), np.uint8([19, 0, 7])
    planes = colour.transpose(0, 3, 1, 2).reshape(3, -1)
    ten = np.concatenate([labels[:, None], planes], 1).tobytes()
    hundred = np.concatenate([coarse[:, None], labels[:, None] + np.uint8(90), planes], 1).tobytes()
    yield case("data_batch_1.bin", ten, {"x": colour, "y": labels})
    yield case("train.bin", hundred, {"x": colour, "coarse": coarse, "y": labels + 90})


def write_all():
    folder = os.path.dirname(os.path.abspath(__file__))
    made_by = f"array_files.py with numpy {np.__version__}, scipy {scipy.__version__}, safetensors {safetensors.__version__}"
    groups = {"npy": npy_cases, "npz": npz_cases, "mat": mat_cases, "recipes": recipe_cases, "safetensors": safetensors_cases, "other": other_cases}
    for group, cases in groups.items():
        with open(os.path.join(folder, f"array-files-{group}.json"), "w") as out:
            json.dump({"madeBy": made_by, "cases": list(cases())}, out, indent=2)
            out.write("\n")


if __name__ == "__main__":
    write_all()
