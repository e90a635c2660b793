from . import helpdesk_lite_analysis
from . import helpdesk_lite_ticket_report
from . import helpdesk_lite_sla_report
from . import helpdesk_lite_closing_report
