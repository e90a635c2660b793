from . import helpdesk_lite_macro
from . import helpdesk_lite_macro_act
from . import helpdesk_lite_team
from . import helpdesk_lite_ticket
from . import mail_canned_response
