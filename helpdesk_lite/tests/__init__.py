from . import test_stage_mail_batch
