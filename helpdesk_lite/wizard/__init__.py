from . import helpdesk_lite_sla_simulation
from . import helpdesk_lite_stage_delete
from . import helpdesk_lite_team_delete
from . import helpdesk_lite_ticket_answer_all
from . import helpdesk_lite_ticket_merge
from . import helpdesk_lite_ticket_merge_line
from . import mail_compose_message
