from odoo import models

from odoo.addons.mail.tools.discuss import Store

SHOWN = 100


class HelpdeskLiteTicket(models.Model):
    """Read what the chatter shows of a ticket in few queries: agents open one after the other."""

    _inherit = 'helpdesk.lite.ticket'

    def _thread_to_store(self, store, fields, *, request_list=None):
        """Read followers once; see ``mail.thread``, which looks for them five times."""
        if (len(self) == 1 and 'followers' in (request_list or ())
                and (self.env.su or self.has_access('read'))):
            followers = self.env['mail.followers'].search_fetch(
                [('res_model', '=', self._name), ('res_id', '=', self.id)], order='id',
                limit=SHOWN + 1)
            if len(followers) <= SHOWN:
                # whom the composer suggests is asked of them next
                self._fields['message_follower_ids']._insert_cache(self, [followers._ids])
                store.add(self, self._get_followers_shown(followers), as_thread=True)
                request_list = [name for name in request_list if name != 'followers']
        return super()._thread_to_store(store, fields, request_list=request_list)

    def _get_followers_shown(self, followers):
        """What a chatter knows of all followers: who they are, and whom an answer reaches."""
        reader_id = self.env['res.users']._get_helpdesk_lite_reader_id()
        own = followers.filtered(lambda row: row.partner_id.id == reader_id)
        others = followers - own
        subtype_id = self.env['ir.model.data']._xmlid_to_res_id('mail.mt_comment')
        # sudo: mail.followers - whether an answer reaches whoever is shown
        recipients = others.filtered(lambda row: row.sudo().partner_id.active
                                     and subtype_id in row.sudo().subtype_ids.ids)
        return {
            'followersCount': len(followers), 'selfFollower': Store.One(own),
            'followers': Store.Many(others, mode='REPLACE'),
            'recipientsCount': len(recipients),
            'recipients': Store.Many(recipients, mode='REPLACE'),
        }
