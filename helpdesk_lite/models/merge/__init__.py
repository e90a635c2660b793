from . import helpdesk_lite_team
from . import helpdesk_lite_ticket
from . import helpdesk_lite_ticket_merge_log
from . import helpdesk_lite_ticket_merge_log_values
from . import helpdesk_lite_ticket_mail
from . import helpdesk_lite_ticket_similarity
