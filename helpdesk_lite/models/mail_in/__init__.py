from . import helpdesk_lite_ticket_defaults
from . import mail_alias_defaults
from . import mail_thread_trust
