from . import bus_bus
from . import helpdesk_lite_ticket
from . import ir_websocket
