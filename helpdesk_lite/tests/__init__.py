from . import test_access_matrix
from . import test_companies
from . import test_followers
from . import test_stage_mail
from . import test_stage_mail_batch
from . import test_stages
from . import test_visibility_switch
