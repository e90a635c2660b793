from . import test_sms_access
from . import test_sms_composer
from . import test_sms_delivery
from . import test_sms_number
from . import test_sms_queue
from . import test_sms_stage
