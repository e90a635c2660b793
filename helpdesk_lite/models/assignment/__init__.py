from . import helpdesk_lite_team
from . import helpdesk_lite_team_presence
from . import helpdesk_lite_team_turn
from . import helpdesk_lite_ticket
from . import helpdesk_lite_ticket_notice
