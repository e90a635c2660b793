from . import helpdesk_lite_team
from . import helpdesk_lite_sla
from . import helpdesk_lite_sla_share
from . import helpdesk_lite_sla_event
from . import helpdesk_lite_sla_status
from . import helpdesk_lite_ticket
from . import helpdesk_lite_ticket_clock
from . import resource_calendar
