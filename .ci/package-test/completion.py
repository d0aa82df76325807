"""The completions, each in its own shell in a terminal."""
import os
import pty
import re
import select
import signal
import time

from seen import NotSeen, require, run, seen

# What is typed, and what stands there after the tabulator key.
TRIES = [("hashdrop sta", "hashdrop status"), ("hashdrop user pas", "hashdrop user passwd"),
         ("hashdrop status --js", "hashdrop status --json")]


def completion(packages):
    environment = {"PATH": f"{packages.files}/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(packages.files),
                   "TERM": "dumb", "LC_ALL": "C.UTF-8", "XDG_DATA_DIRS": f"{packages.files}/usr/share:/usr/share"}
    bash(packages, environment)
    zsh(packages, environment)
    fish(packages, environment)


def bash(packages, environment):
    # bash-completion finds the script by the command's name, as it will on the machine.
    packages.file("/usr/share/bash-completion/completions/hashdrop")
    with Terminal(["bash", "--noprofile", "--norc", "-i"], environment) as terminal:
        terminal.type("PS1='ready> '; bind 'set enable-bracketed-paste off'; "
                      ". /usr/share/bash-completion/bash_completion\n")
        terminal.until(r"ready> $")
        complete(terminal, "bash, with bash-completion")


def zsh(packages, environment):
    functions = packages.file("/usr/share/zsh/vendor-completions/_hashdrop").parent
    with Terminal(["zsh", "-f", "-i"], environment) as terminal:
        terminal.type(f"PS1='ready> '; unsetopt prompt_sp; fpath=({functions} $fpath); "
                      "autoload -U compinit; compinit -u -D; bindkey '^I' complete-word\n")
        terminal.until(r"ready> $")
        complete(terminal, "zsh")


def complete(terminal, shell):
    for typed, expected in TRIES:
        terminal.clear()
        terminal.type(typed + "\t")
        terminal.until(rf"{re.escape(expected)} ")
        seen(f"{shell}: '{typed}' and the tabulator key give '{expected}'")
        # The line is thrown away (control-U), and a new one begun.
        terminal.clear()
        terminal.type("\x15\n")
        terminal.until(r"ready> $")


def fish(packages, environment):
    packages.file("/usr/share/fish/vendor_completions.d/hashdrop.fish")
    for typed, expected in TRIES:
        said = run("fish", "--command", f"complete --do-complete '{typed}'", env=environment)
        require(expected.split()[-1] in [line.split("\t")[0] for line in said.splitlines()],
                f"fish: '{typed}' offers '{expected.split()[-1]}'", said)


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, command, environment):
        self.text = ""
        self.process, self.descriptor = pty.fork()
        if self.process == 0:
            os.execvpe(command[0], command, environment)

    def type(self, text):
        os.write(self.descriptor, text.encode())

    def clear(self):
        self.text = ""

    def until(self, pattern, seconds=20):
        """Reads until the terminal shows a pattern."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.text):
            if not select.select([self.descriptor], [], [], max(0, end - time.monotonic()))[0]:
                raise NotSeen(f"the terminal does not show {pattern!r}, but:\n{self.text}")
            # What only moves the cursor is left out.
            self.text += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\x07", "", os.read(self.descriptor, 4096).decode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self.descriptor)
