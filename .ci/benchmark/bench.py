"""What every case needs: the program, the sizes, the prepared databases, and the turns that sides take."""
import pathlib
import shutil
import tempfile

from prepared import Databases
from shell import Shell

# The part of the real sizes that `--size small` has.
SMALL_PART = 20


class Bench:
    """A run of the benchmark."""

    def __init__(self, program, rounds, is_small):
        self.program = program
        self.rounds = rounds
        self.is_small = is_small
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hashdrop-bench-data-"))
        self.databases = Databases(program, self.folder)

    def size(self, full, least=1):
        """A case's size: the real one, or about a twentieth."""
        return max(full // SMALL_PART, least) if self.is_small else full

    def cache(self, files):
        return self.databases.cache(files)

    def shell(self):
        return Shell(self.folder)

    def write(self, name, lines):
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n")
        return path

    def turns(self, unit="s", **sides):
        """Runs each side once a round, one after the other: A B A B …; each side's figures, round by round."""
        figures = {name: [] for name in sides}
        for number in range(self.rounds):
            for name, run in sides.items():
                figures[name].append(run())
                shown = figures[name][-1]
                shown = shown if isinstance(shown, (list, tuple)) else [shown]
                print(f"  round {number + 1}, {name}: " + ", ".join(f"{figure:.4g}" for figure in shown) + f" {unit}",
                      flush=True)
        return list(figures.values())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)
