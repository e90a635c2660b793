from . import helpdesk_lite_mail_delivery
from . import helpdesk_lite_mail_sender
from . import helpdesk_lite_team
from . import helpdesk_lite_ticket
from . import mail_thread_who
from . import mail_thread_where
from . import mail_message
from . import mail_thread
