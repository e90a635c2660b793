from . import helpdesk_lite_form_post
from . import helpdesk_lite_team
from . import helpdesk_lite_ticket
from . import helpdesk_lite_ticket_access
from . import helpdesk_lite_ticket_closing
from . import helpdesk_lite_ticket_mail
from . import ir_binary
from . import mail_message
