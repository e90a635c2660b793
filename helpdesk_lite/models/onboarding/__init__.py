from . import helpdesk_lite_team
from . import helpdesk_lite_team_first
from . import helpdesk_lite_ticket
from . import web_tour_tour
