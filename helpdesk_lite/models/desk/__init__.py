from . import res_users
from . import res_users_settings
from . import helpdesk_lite_team
from . import helpdesk_lite_team_strip
from . import helpdesk_lite_ticket
