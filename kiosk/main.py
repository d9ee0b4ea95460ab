"""jiaohao-kiosk: the face of a terminal: hall kiosk, window rater or call screen."""

from __future__ import annotations

import logging
import os
import sys

from kiosk.options import parse


def main(arguments: list[str] | None = None) -> int:
    """Run one terminal until it is ended; return the exit code."""
    options = parse(arguments)
    os.umask(0o077)  # what it keeps is for its own user, however it was started
    logging.basicConfig(level=options.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    from contract.configuration.hall_files import BadHall
    from contract.number_masking import mask_logs
    from kiosk.terminal import run
    from link import BadBroker

    mask_logs()
    try:
        run(options)
    except (BadHall, BadBroker, FileNotFoundError, ValueError) as error:
        print(f"jiaohao-kiosk: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
