"""What the Makefile calls: ``dev.py COMMAND``. See ``make help``."""

from hdl.cli import main

if __name__ == '__main__':
    main()
