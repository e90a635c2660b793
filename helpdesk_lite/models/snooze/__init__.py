from . import helpdesk_lite_team
from . import helpdesk_lite_ticket
from . import helpdesk_lite_ticket_wake
