"""An aggregator as a process of its own, to be killed: database, port and password come as arguments."""

import sys
import threading

from cloud_sync.cloud.broker import AGGREGATOR
from cloud_sync.cloud.db import Database
from cloud_sync.wire.link import Broker
from tests.sync.chain import Chain

if __name__ == "__main__":
    url, port, password = sys.argv[1:4]
    Chain(Database(url), Broker("127.0.0.1", int(port), AGGREGATOR, password)).start()
    threading.Event().wait()
