"""What is seen, line by line, and the commands by which it is seen."""
import subprocess
import time

_facts = 0


class NotSeen(Exception):
    """A thing that should have been seen was not."""


def seen(sentence):
    """Notes a fact."""
    global _facts
    _facts += 1
    print(f"  {sentence}", flush=True)


def count():
    return _facts


def require(is_so, sentence, otherwise=""):
    """Notes a fact if it is one, and ends the test if it is not."""
    if not is_so:
        raise NotSeen(f"{sentence}\n{otherwise}".strip())
    seen(sentence)


def run(*command, check=True, **options):
    """Runs a command; gives its output, or ends the test with it if the command fails."""
    result = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            **{"stdin": subprocess.DEVNULL, "timeout": 600, **options})
    if check and result.returncode != 0:
        last = "\n".join(result.stdout.splitlines()[-40:])
        raise NotSeen(f"{' '.join(map(str, command))} exited with {result.returncode}:\n{last}")
    return result.stdout


def until(sentence, is_so, seconds=60, otherwise=lambda: ""):
    """Waits until a fact is one; gives what `is_so` gave."""
    end = time.monotonic() + seconds
    while True:
        answer = is_so()
        if answer:
            seen(sentence)
            return answer
        if time.monotonic() > end:
            raise NotSeen(f"{sentence} (not within {seconds} s)\n{otherwise()}")
        time.sleep(0.1)
