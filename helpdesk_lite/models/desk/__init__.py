from . import helpdesk_lite_team
from . import helpdesk_lite_team_strip
from . import helpdesk_lite_ticket
from . import helpdesk_lite_ticket_search
from . import mail_message
from . import res_partner
from . import res_users
