from . import helpdesk_lite_team
from . import helpdesk_lite_ticket_closing
from . import helpdesk_lite_ticket
from . import helpdesk_lite_ticket_recount
from . import helpdesk_lite_ticket_work
from . import mail_message
