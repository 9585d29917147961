"""What ``import omskit`` costs, and that it loads no SQL driver.

python benchmarks/importing.py [--rounds 9]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys

_PROBE = """
import json, resource, sys
def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
before = cpu()
{what}
drivers = {{"sqlite3", "_sqlite3", "psycopg", "aiosqlite", "sqlalchemy"}} & set(sys.modules)
print(json.dumps([cpu() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, sorted(drivers)]))
"""
_IMPORTS = {
    "nothing": "pass",
    "attrs and cattrs": "import attrs, cattrs",
    "omskit": "import omskit",
    "omskit.storage.sql": "import omskit.storage.sql",
}


def probed(what: str) -> tuple[float, float, list[str]]:
    """Return CPU milliseconds, MB resident at most, and what was loaded, for an import in a fresh process."""
    code = _PROBE.format(what=what)
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603
    seconds, megabytes, loaded = json.loads(run.stdout)
    return 1000 * seconds, megabytes, loaded


def main() -> None:
    """Import each in turn, several times, and print medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    runs = [{name: probed(what) for name, what in _IMPORTS.items()} for _ in range(rounds)]
    print("| import | CPU ms | peak MB | SQL modules loaded |\n|---|---|---|---|")
    for name in _IMPORTS:
        milliseconds = statistics.median(run[name][0] for run in runs)
        megabytes = statistics.median(run[name][1] for run in runs)
        print(f"| {name} | {milliseconds:.0f} | {megabytes:.0f} | {', '.join(runs[0][name][2]) or 'none'} |")


if __name__ == "__main__":
    main()
