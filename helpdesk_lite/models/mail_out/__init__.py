from . import helpdesk_lite_mail_circle
from . import helpdesk_lite_ticket
<<<<<<< HEAD
=======
from . import helpdesk_lite_ticket_circle
from . import helpdesk_lite_ticket_link
>>>>>>> w1
from . import helpdesk_lite_ticket_looks
from . import helpdesk_lite_ticket_new
from . import helpdesk_lite_ticket_post
from . import helpdesk_lite_ticket_publish
from . import helpdesk_lite_ticket_recipients
from . import helpdesk_lite_ticket_tell
from . import helpdesk_lite_ticket_turn
from . import mail_alias
from . import mail_mail
from . import mail_template
from . import mail_thread
