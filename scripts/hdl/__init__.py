"""The set-up and the commands of Helpdesk Lite's checkout: see ``make help``.

Python's standard library only, since it runs before anything is installed.
"""
