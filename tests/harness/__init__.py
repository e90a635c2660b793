"""What end-to-end tests need: real Odoo processes on databases of their own, a real SMTP sink."""

from .databases import TestDatabases, snapshot
from .mail import SmtpSink, mailgate, text_of
from .odoo_tests import run_core_tests, run_odoo_tests, run_script, uninstall
from .server import OdooServer, free_port

__all__ = [
    'OdooServer',
    'SmtpSink',
    'TestDatabases',
    'free_port',
    'mailgate',
    'run_core_tests',
    'run_odoo_tests',
    'run_script',
    'snapshot',
    'text_of',
    'uninstall',
]
