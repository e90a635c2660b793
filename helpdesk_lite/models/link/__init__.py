from . import helpdesk_lite_ticket_link
from . import helpdesk_lite_ticket
from . import helpdesk_lite_ticket_incident
from . import helpdesk_lite_ticket_seen
from . import helpdesk_lite_ticket_split
from . import helpdesk_lite_ticket_merge_log
