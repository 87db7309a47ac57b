"""A Python that does nothing: the floor of every footprint."""

import signal
import sys

if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    signal.pause()
