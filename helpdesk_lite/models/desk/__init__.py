from . import helpdesk_lite_team
