"""The hub as it would be without group commit: `dianshu hub run`, every command committed by itself."""

import sys

from hub.app.cli import main
from hub.kernel import writer

if __name__ == "__main__":
    writer.GROUP_LIMIT = 1
    sys.argv[1:1] = ["hub", "run"]
    main()
