from . import helpdesk_lite_team_alias
from . import helpdesk_lite_ticket_post
from . import mail_thread_notify
