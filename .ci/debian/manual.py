#!/usr/bin/env python3
"""Makes the manual pages that repeat what stands elsewhere.

    .ci/debian/manual.py hashdrop.1 --date DATE PROGRAM reports/README.md <man/hashdrop.1.in
    .ci/debian/manual.py hashdrop.yaml.5 --date DATE hashdrop.yaml <man/hashdrop.yaml.5.in

hashdrop.1 gets its commands from the program's own help and its exit codes from reports/README.md, hashdrop.yaml.5 its
keys from the configuration's comments.
"""
import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys

import configuration


def text(sentence):
    """Text for a line of its own: sentences on lines of their own, nothing that roff would take for a request."""
    sentence = re.sub(r"\s+", " ", sentence.strip()).replace("\\", "\\e")
    # An option or a name is to be copied: its hyphens are those of the keyboard.
    sentence = re.sub(r"(?<![\w-])--?(?=[a-z])", lambda match: match[0].replace("-", r"\-"), sentence)
    lines = re.sub(r"(?<=[a-z0-9)'”»][.!?]) (?=[A-Z'0-9])", "\n", sentence).split("\n")
    return "\n".join(rf"\&{line}" if line[:1] in ".'" else line for line in lines)


def word(argument):
    """An argument of a macro: one word that is no macro itself, and no punctuation."""
    escaped = argument.replace("\\", "\\e").replace("-", r"\-").replace('"', "\\(dq")
    return rf"\&{escaped}" if re.fullmatch(r"[A-Z%][a-z0-9]?|.|Brq|Bro", argument) else f'"{escaped}"' \
        if " " in argument else escaped


def option_names(argument):
    return " , ".join(f"Fl {word(('-' if name['kind'] == 'long' else '') + name['name'])}"
                      for name in argument.get("names", []))


def synopsis(path, command):
    """The command's line: its options, then its arguments."""
    lines = [".Nm", f".Ic {' '.join(word(part) for part in path)}"]
    for argument in shown(command, ["option", "flag"]):
        value = f" Ar {word(argument['valueName'])}" if argument["kind"] == "option" else ""
        names = option_names({"names": [argument["preferredName"]]})
        lines.append(f".Op {names}{value}" if argument["isOptional"] else f".{names}{value}")
    for argument in shown(command, ["positional"]):
        name = f"Ar {word(argument['valueName'])}" + (" ..." if argument["isRepeating"] else "")
        lines.append(f".Op {name}" if argument["isOptional"] else f".{name}")
    return lines


def shown(command, kinds):
    """The arguments that are this command's own: all commands have --help and --version."""
    return [argument for argument in command.get("arguments", [])
            if argument["kind"] in kinds and argument["shouldDisplay"] and
            argument["valueName"] not in ["help", "version"]]


def described(command, common):
    """What the command's help says of it and of its options, but for those that are common."""
    lines = [text(command[key]) for key in ["abstract", "discussion"] if command.get(key)]
    return lines + listed([argument for argument in shown(command, ["positional", "option", "flag"])
                           if argument.get("abstract") and facts(argument) not in common])


def listed(arguments):
    if not arguments:
        return []
    lines = [".Bl -tag -width Ds"]
    for argument in arguments:
        value = f"Ar {word(argument['valueName'])}"
        lines.append({"positional": f".It {value}", "flag": f".It {option_names(argument)}",
                      "option": f".It {option_names(argument)} {value}"}[argument["kind"]])
        lines.append(text(argument["abstract"]))
        if argument.get("defaultValue"):
            lines.append(text(f"Default: {argument['defaultValue']}."))
    return [*lines, ".El"]


def facts(argument):
    return json.dumps(argument, sort_keys=True)


def commands(command, path):
    """All commands that do something, in the help's order."""
    for inner in command.get("subcommands", []):
        if inner["shouldDisplay"] and inner["commandName"] != "help":
            yield from commands(inner, [*path, inner["commandName"]])
    if path and not command.get("subcommands"):
        yield path, command


def command_list(program):
    dump = subprocess.run([program, "--experimental-dump-help"], check=True, capture_output=True, text=True).stdout
    found = list(commands(json.loads(dump)["command"], []))
    # What most commands have is said once.
    counts = collections.Counter(facts(argument) for _, command in found
                                 for argument in shown(command, ["option", "flag"]))
    common = [argument for argument, count in counts.items() if count > len(found) / 2]
    lines = [text("Every command has --help; most of them have"), *listed(list(map(json.loads, common)))]
    for path, command in found:
        lines += [f".Ss {' '.join(word(part) for part in path)}", *synopsis(path, command), ".Pp",
                  *described(command, common)]
    return lines


def exit_codes(readme):
    """The sentences and the tables below the heading "Exit codes"."""
    section = readme.split("\n## Exit codes\n", 1)[1].split("\n## ", 1)[0]
    lines, is_list = [], False
    for line in section.splitlines():
        row = re.fullmatch(r"\| (\d+) \| (.*) \|", line)
        if row:
            lines += [] if is_list else [".Bl -tag -width Ds -compact"]
            lines += [f".It {row[1]}", text(row[2][0].upper() + row[2][1:])]
            is_list = True
        elif line.strip() and not line.startswith("|"):
            lines += [".El", ".Pp"] if is_list else []
            lines.append(text(line.replace("`", "")))
            is_list = False
    if len([line for line in lines if line.startswith(".It")]) < 10:
        sys.exit("reports/README.md: below '## Exit codes' the tables of codes are not found.")
    return lines + ([".El"] if is_list else [])


def setting_list(yaml):
    lines, section = [], None
    for path, value, is_set, comment in configuration.keys(yaml):
        if path.split(".")[0] != section:
            lines += [".El"] if section else []
            section = path.split(".")[0]
            lines += [f".Ss {word(section)}", ".Bl -tag -width Ds"]
        lines += [f".It Cm {word(path)} : {word(value)}" if is_set else f".It Cm {word(path)}", text(comment)]
        if not is_set:
            lines.append(text("Not set." if value is None else f"Not set; for example {value}."))
    return [*lines, ".El"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", choices=["hashdrop.1", "hashdrop.yaml.5"])
    parser.add_argument("--date", required=True, help="such as 'November 28, 2026'")
    parser.add_argument("sources", nargs="+")
    chosen = parser.parse_args()
    if chosen.page == "hashdrop.1":
        program, readme = chosen.sources
        parts = {"COMMANDS": command_list(program), "EXIT CODES": exit_codes(pathlib.Path(readme).read_text())}
    else:
        parts = {"SETTINGS": setting_list(pathlib.Path(chosen.sources[0]).read_text())}
    parts["DATE"] = [f".Dd {chosen.date}"]
    page = sys.stdin.read()
    for name, lines in parts.items():
        place = f".\\\" @{name}@\n"
        if page.count(place) != 1:
            sys.exit(f"{chosen.page}.in must have one line '{place.strip()}'.")
        page = page.replace(place, "\n".join(lines) + "\n")
    sys.stdout.write(page)


main()
