"""Serial lines, set up by pyserial and then read and written as a plain descriptor."""

from __future__ import annotations

import errno
import termios

import serial

from drivers.gateway.links.fd_link import FdLink, Link, LinkLost
from drivers.gateway.links.url import LinkUrl

_PARITIES = frozenset({"N", "E", "O"})
_FLOWS = frozenset({"none", "rtscts", "xonxoff"})
_CODES = {
    errno.ENOENT: "link.absent",
    errno.ENODEV: "link.absent",
    errno.ENXIO: "link.absent",
    errno.EACCES: "link.forbidden",
    errno.EBUSY: "link.busy",
    errno.EAGAIN: "link.busy",
}


async def open_serial(url: LinkUrl) -> Link:
    """The serial line, exclusively, at the URL's settings; LinkLost says why not."""
    flow = url.text("flow", "none", _FLOWS)
    try:
        port = serial.Serial(
            port=url.path,
            timeout=0,
            write_timeout=0,
            exclusive=True,
            rtscts=flow == "rtscts",
            xonxoff=flow == "xonxoff",
            baudrate=url.number("baud", 9600, 300, 921_600),
            bytesize=url.number("bits", 8, 7, 8),
            parity=url.text("parity", "N", _PARITIES),
            stopbits=url.number("stop", 1, 1, 2),
        )
    except OSError as error:  # SerialException is one
        raise LinkLost(_CODES.get(error.errno or 0, "link.gone"), str(error)) from error
    except termios.error as error:  # re-opening a pty at 7E1: neither OSError nor SerialException
        raise LinkLost("link.settings_refused", str(error)) from error
    return FdLink(port.fileno(), port.close)
