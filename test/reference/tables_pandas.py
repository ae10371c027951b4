"""CSV and TSV files as pandas writes them, and the values that pandas reads from each: tables/*.

Run with pandas 3.1.1 and numpy 2.4.6 (`pip install pandas==3.1.1 numpy==2.4.6`); then format the JSON
(`npx biome format --write test/reference/tables`). The tests only read its result.
"""
import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parent / "tables"
MISSING = ["", "NA", "NaN", "nan", "null", "?"]
WORDS = ["red", "a,b", 'say "so"', "two\nlines", "three\r\nlines", "grün", "semi;colon", "tab\tin", "b|c", "日本"]


def frame(seed: int, rows: int) -> pd.DataFrame:
    """Numbers of every form and words that need quotes, with holes."""
    draw = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "whole": draw.integers(-1000, 1000, rows),
            "normal": draw.normal(size=rows),
            "tiny, large": 10.0 ** draw.integers(-30, 30, rows) * draw.choice([-1, 1], rows),
            "with holes": np.where(draw.random(rows) < 0.2, np.nan, draw.normal(size=rows)),
            "word": draw.choice(WORDS, rows),
            "word with holes": np.where(draw.random(rows) < 0.2, None, draw.choice(WORDS[:4], rows)),
            "flag": draw.random(rows) < 0.5,
            'grade "A"': draw.choice(["1", "2", "fail"], rows),
        }
    )
    table.loc[0, "tiny, large"] = 16777217  # float32 rounds it
    return table


def numbers_only(seed: int, rows: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    return pd.DataFrame(draw.normal(size=(rows, 5))).round(6)


#: name of a file: the table, how it is written, what the reader is told
CASES = {
    "plain.csv": (frame(1, 24), {}, {}),
    "crlf.csv": (frame(2, 24), {"lineterminator": "\r\n"}, {}),
    "bom.csv": (frame(3, 24), {"encoding": "utf-8-sig"}, {}),
    "all-quoted.csv": (frame(4, 24), {"quoting": csv.QUOTE_ALL}, {}),
    "words-quoted.csv": (frame(5, 24), {"quoting": csv.QUOTE_NONNUMERIC, "lineterminator": "\r\n"}, {}),
    "semicolon.csv": (frame(6, 24), {"sep": ";", "na_rep": "NA"}, {}),
    "bar.csv": (frame(7, 24), {"sep": "|", "na_rep": "?"}, {}),
    "tab.tsv": (frame(8, 24), {"sep": "\t", "na_rep": "nan"}, {}),
    "packed.csv.gz": (frame(9, 24), {"na_rep": "null", "compression": {"method": "gzip", "mtime": 1}}, {}),
    "no-header.csv": (numbers_only(10, 30), {"header": False}, {}),
    "no-header-mixed.csv": (frame(11, 24), {"header": False}, {"header": False}),
    "row-names.csv": (frame(12, 24), {"index": True}, {}),
    "one-column.csv": (numbers_only(13, 20)[[0]], {"header": ["only"]}, {}),
    "old-mac.csv": (numbers_only(14, 20), {"lineterminator": "\r", "header": list("abcde")}, {}),
}


def as_json(column: pd.Series) -> list:
    """float32 by 9 digits, which name it; text as it is; null where it is missing."""
    if pd.api.types.is_bool_dtype(column):
        return [str(value) for value in column]
    if pd.api.types.is_numeric_dtype(column):
        return [None if pd.isna(value) else float(f"{np.float32(value):.9g}") for value in column]
    return [None if pd.isna(value) else str(value) for value in column]


expected = {}
for name, (table, written, told) in CASES.items():
    path = FOLDER / name
    table.to_csv(path, **{"index": False, "lineterminator": "\n", **written})
    read = pd.read_csv(
        path,
        sep=written.get("sep", ","),
        header=None if written.get("header", True) is False else 0,
        keep_default_na=False,
        na_values=MISSING,
        lineterminator="\r" if written.get("lineterminator") == "\r" else None,
    )
    names = [f"column{column}" if isinstance(column, int) else column for column in read.columns]
    names = ["column0" if column.startswith("Unnamed") else column for column in names]
    columns = [{"name": each, "values": as_json(read.iloc[:, place])} for place, each in enumerate(names)]
    expected[name] = {"told": told, "columns": columns}
(FOLDER / "pandas.json").write_text(json.dumps(expected, ensure_ascii=False), encoding="utf-8")
