from . import resource_calendar
from . import resource_calendar_attendance
from . import resource_calendar_leaves
from . import helpdesk_lite_team
from . import helpdesk_lite_ticket
