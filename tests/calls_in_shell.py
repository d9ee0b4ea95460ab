"""Which programs a script, a makefile or a unit of systemd starts, read from its text alone. What it calls by a variable is left out."""

from __future__ import annotations

import re
import shlex

SHELLS = ("sh", "bash", "/bin/sh", "/bin/bash")
BUILT_IN = {
    "break", "cd", "continue", "echo", "exit", "export", "kill", "printf", "read", "return", "set", "shift", "test", "trap", "true", "false", "umask",
    "unset", "wait", "[", ":", ".", "for", "case", "fi", "done", "esac", "}",
}  # fmt: skip
GOES_ON = {"if", "then", "elif", "else", "while", "until", "do", "!", "{", "exec", "command", "-v"}
"""Words of the shell after which a command still follows."""
PROGRAM = re.compile(r"[A-Za-z/.][\w./+-]*")
INSIDE = re.compile(r"\$\(((?:[^()]|\([^()]*\))*)\)")
ARITHMETIC = re.compile(r"\$\(\((?:[^()]|\([^()]*\))*\)\)")
CHOICE = re.compile(r"\$\(or [^()]*(?:\([^()]*\))?[^()]*\)")


def of_script(text: str) -> set[str]:
    """The programs that a shell script starts, with its interpreter if it names one."""
    interpreter = re.match(r"#!(?:/usr/bin/env )?(\S+)", text)
    found = {interpreter[1]} if interpreter else set()
    text = re.sub(r"(^|\s)#.*", r"\1", ARITHMETIC.sub("0", text)).replace("\\\n", " ")
    while (inner := INSIDE.search(text)) is not None:
        found |= of_script(inner[1])
        text = f"{text[: inner.start()]}$VALUE{text[inner.end() :]}"
    words = shlex.shlex(text, posix=True, punctuation_chars=";&|()<>\n")
    words.whitespace, words.commenters = " \t", ""
    words.wordchars += "$@{}!:,%+[]^#~"
    command, target = True, False  # whether the next word is a command, or what a redirection names
    for word in words:
        if set(word) <= set(";&|()<>\n"):
            target = set(word) <= set("<>")
            command = command or not target
        elif target:
            target = False
        elif command and not _command_follows(word):
            command = False
            found |= {word} - BUILT_IN if PROGRAM.fullmatch(word) else set()
    return found


def _command_follows(word: str) -> bool:
    """Whether a word can stand before a command: a variable, `exec`, NAME=value."""
    return word in GOES_ON or re.match(r"\w+=", word) is not None or (word.startswith("$") and "/" not in word)


def of_makefile(text: str) -> set[str]:
    """The programs that a makefile starts, in recipes and in $(shell ...)."""
    text = text.replace("\\\n", " ").replace("$$", "$").replace("$(shell ", "$(")
    text = re.sub(r"\$[<@]", "$VALUE", CHOICE.sub("$VALUE", re.sub(r"\$\(([A-Z_]+)\)", r"$\1", text)))
    recipes = [line.lstrip("\t@-+") for line in text.splitlines() if line.startswith("\t")]
    others = [inner for line in text.splitlines() if not line.startswith(("\t", "#")) for inner in INSIDE.findall(line)]
    return {program for command in recipes + others for program in of_script(command)}


def of_unit(text: str) -> set[str]:
    """The programs that a unit of systemd starts."""
    found: set[str] = set()
    for line in re.findall(r"^Exec\w+=[-+!@:]*(\S.*)$", text, re.MULTILINE):
        words = shlex.split(line)
        found.add(words[0])
        if words[0] in SHELLS and "-c" in words:
            found |= of_script(words[words.index("-c") + 1])
    return found
