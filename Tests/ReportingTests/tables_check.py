"""Reads report.csv as pandas or LibreOffice understands it and compares every cell with report.json; prints what it
saw and fails on the first difference.

    tables_check.py pandas report.csv report.json
    tables_check.py spreadsheet FILE.fods report.json   the CSV as LibreOffice took it, each cell compared
    tables_check.py formulas FILE.fods report.json      only: as many rows, and no formula

What a cell may differ in from the JSON is the README's rule, written here a second time.
"""

import json
import re
import sys
import unicodedata
import xml.etree.ElementTree

DATES = ["scan_date", "first_submitted", "asked_at", "last_submitted", "first_seen_itw", "created"]
ONLY_IN_JSON = ["reputation", "engines", "facts"]
# Texts that a spreadsheet may take for a number, a date or a truth value without any loss that matters.
HARMLESS = ["1.5", "3/4", "2024-01-02", "true"]
PANDAS_NOTHING = "#N/A|#N/A N/A|#NA|1.#IND|1.#QNAN|<NA>|N/A|NA|NULL|NaN|None|n/a|nan|null".split("|")


def rule(text):
    """A text as the CSV has it."""
    shown = "".join(
        f"\\u{{{ord(sign):X}}}" if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") else sign for sign in text)
    guarded = re.sub(r'(^|;)((?:\s|")*)([-=+@＝＋－＠])', r"\1\2'\3", shown)
    lost = re.fullmatch(r"\d{16,}|0\d+|\d+[eE]\d+", shown)
    return "'" + guarded if shown in PANDAS_NOTHING or lost else guarded


def expected(column, value):
    """A JSON value as the CSV has it: None for an empty cell."""
    if column in DATES and value is not None:
        return value.replace("T", " ").removesuffix("Z")
    if isinstance(value, str):
        return rule(value) or None
    return value


def json_rows(path):
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    columns = [column for column in rows[0] if column not in ONLY_IN_JSON]
    return columns, [{column: expected(column, row[column]) for column in columns} for row in rows]


def check_pandas(csv, path):
    import pandas
    columns, rows = json_rows(path)
    table = pandas.read_csv(csv)
    assert list(table.columns) == columns, list(table.columns)
    assert len(table) == len(rows) == len(pandas.read_json(path, lines=True)), (len(table), len(rows))
    for index, row in enumerate(rows):
        for column, right in row.items():
            cell = table[column].iloc[index]
            same = pandas.isna(cell) if right is None else not pandas.isna(cell) and cell == right
            assert same, (index, column, cell, right)
    print(f"{len(rows)} rows, {len(columns)} columns, equal; {table['verdict'].value_counts().to_dict()}")


OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def words(element):
    """An element's text, with the spaces that OpenDocument writes as elements."""
    parts = [element.text or ""]
    for child in element:
        parts.append(" " * int(child.get(f"{TEXT}c", 1)) if child.tag == f"{TEXT}s" else words(child))
        parts.append(child.tail or "")
    return "".join(parts)


def sheet(path):
    """The rows of the only sheet that hold something, as lists of (kind, value, formula)."""
    rows = []
    for row in xml.etree.ElementTree.parse(path).iter(f"{TABLE}table-row"):
        cells = []
        for cell in row.findall(f"{TABLE}table-cell"):
            kind = cell.get(f"{OFFICE}value-type")
            value = (cell.get(f"{OFFICE}date-value") or cell.get(f"{OFFICE}boolean-value")
                     or cell.get(f"{OFFICE}value") or "\n".join(words(part) for part in cell.findall(f"{TEXT}p")))
            times = min(int(cell.get(f"{TABLE}number-columns-repeated", 1)), 1000)
            cells += [(kind, value, cell.get(f"{TABLE}formula"))] * times
        if any(kind for kind, _, _ in cells):
            assert row.get(f"{TABLE}number-rows-repeated") is None, "rows that are the same"
            rows.append(cells)
    return rows


def check_formulas(path, json_path):
    rows = sheet(path)
    count = len(json_rows(json_path)[1])
    assert len(rows) == count + 1, (len(rows), count)
    for index, row in enumerate(rows):
        for kind, value, formula in row:
            assert formula is None, (index, value, formula)
    print(f"{count} rows, no formula")
    return rows


def check_spreadsheet(path, json_path):
    rows = check_formulas(path, json_path)
    columns, right_rows = json_rows(json_path)
    assert [value for _, value, _ in rows[0][:len(columns)]] == columns, rows[0]
    for index, (cells, row) in enumerate(zip(rows[1:], right_rows)):
        for (kind, value, _), (column, right) in zip(cells, row.items()):
            place = (index, column, kind, value, right)
            if right is None:
                assert kind is None, place
            elif column in DATES:
                assert kind == "date" and value.replace("T", " ") == right, place
            elif isinstance(right, bool):
                assert (kind, value) == ("boolean", str(right).lower()), place
            elif isinstance(right, int):
                assert kind == "float" and float(value) == right, place
            elif right not in HARMLESS:
                assert kind == "string" and value == right, place
    print("every cell as it should be")


if __name__ == "__main__":
    {"pandas": check_pandas, "formulas": check_formulas, "spreadsheet": check_spreadsheet}[sys.argv[1]](*sys.argv[2:])
