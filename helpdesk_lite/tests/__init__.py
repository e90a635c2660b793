from . import test_access_matrix
from . import test_stage_mail_batch
