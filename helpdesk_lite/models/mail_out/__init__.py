from . import helpdesk_lite_mail_circle
from . import helpdesk_lite_ticket_circle
from . import helpdesk_lite_ticket_looks
from . import helpdesk_lite_ticket_publish
from . import helpdesk_lite_ticket_tell
from . import mail_alias
from . import mail_mail
from . import mail_thread
