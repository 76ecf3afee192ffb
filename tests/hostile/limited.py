"""Run `corpuskit` with no more time and memory than it may take: `limited.py SECONDS BYTES COMMAND …`."""

import resource
import runpy
import sys

if __name__ == "__main__":
    seconds, space = map(int, sys.argv[1:3])
    del sys.argv[1:3]
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    runpy.run_module("corpuskit", run_name="__main__", alter_sys=True)
