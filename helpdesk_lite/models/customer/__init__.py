from . import base_partner_merge
from . import helpdesk_lite_ticket
from . import helpdesk_lite_ticket_lost_contact
from . import res_partner
