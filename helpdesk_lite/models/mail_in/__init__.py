from . import mail_message_body
