from . import helpdesk_lite_stage
from . import helpdesk_lite_ticket
from . import helpdesk_lite_ticket_retry
from . import sms_sms
from . import sms_template
