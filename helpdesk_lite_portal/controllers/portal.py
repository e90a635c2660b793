from operator import itemgetter

from werkzeug.exceptions import NotFound
from werkzeug.urls import url_encode

from odoo import SUPERUSER_ID, http
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import groupby as group_by

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from .files import clean_text

TICKET = 'helpdesk.lite.ticket'
PER_PAGE = 20
HISTORY = 'my_tickets_history'
SEARCH_LENGTH = 200


class HelpdeskCustomerPortal(CustomerPortal):
    """My Account ‣ Tickets, and the page of a ticket."""

    # ------------------------------------------------------------------
    # My Account
    # ------------------------------------------------------------------

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if 'ticket_count' in counters:
            tickets, domain = request.env[TICKET]._get_portal_tickets()
            values['ticket_count'] = tickets.search_count(domain) if tickets.has_access(
                'read') else 0
        return values

    # ------------------------------------------------------------------
    # List
    # ------------------------------------------------------------------

    @http.route(
        ['/my/tickets', '/my/tickets/page/<int:page>'], type='http', auth='user', website=True,
        readonly=True)
    def portal_my_tickets(self, page=1, sortby=None, filterby=None, search=None, search_in=None,
                          groupby=None, **kw):
        """The user's tickets, 20 a page."""
        options = self._get_ticket_list_options(sortby, filterby, search_in, groupby)
        search = clean_text(search)[:SEARCH_LENGTH]
        tickets, domain = request.env[TICKET]._get_portal_tickets()
        if not tickets.has_access('read'):
            raise NotFound()
        domain &= options['searchbar_filters'][options['filterby']]['domain']
        if search:
            names = self._get_searched_fields(options['search_in'])
            domain = Domain('id', 'in', tickets._search_in_portal(domain, names, search))
        pager = portal_pager(
            url='/my/tickets', total=tickets.search_count(domain), page=page, step=PER_PAGE,
            url_args={**{name: options[name] for name in (
                'sortby', 'filterby', 'search_in', 'groupby')}, 'search': search})
        found = self._search_ticket_page(tickets, domain, options, pager['offset'])
        request.session[HISTORY] = found.ids
        return request.render('helpdesk_lite_portal.portal_my_tickets', {
            **self._prepare_portal_layout_values(), **options,
            'page_name': 'ticket', 'default_url': '/my/tickets', 'pager': pager, 'search': search,
            'ticket_groups': self._group_tickets(found, options['groupby']),
            'new_ticket_path': request.env['helpdesk.lite.team']._get_new_ticket_path(),
        })

    def _get_ticket_list_options(self, sortby, filterby, search_in, groupby):
        """What the search bar offers and what of it is chosen; the first where nothing known is."""
        options = {
            'searchbar_sortings': self._get_ticket_sortings(),
            'searchbar_filters': self._get_ticket_filters(),
            'searchbar_inputs': self._get_ticket_inputs(),
            'searchbar_groupby': self._get_ticket_groupby(),
        }
        for name, choice, offers in (
            ('sortby', sortby, 'searchbar_sortings'), ('filterby', filterby, 'searchbar_filters'),
            ('search_in', search_in, 'searchbar_inputs'), ('groupby', groupby, 'searchbar_groupby'),
        ):
            known = isinstance(choice, str) and choice in options[offers]
            options[name] = choice if known else next(iter(options[offers]))
        return options

    def _get_ticket_sortings(self):
        return {
            'newest': {'label': request.env._('Newest'), 'order': 'id desc'},
            'activity': {
                'label': request.env._('Last Activity'),
                'order': 'last_activity_date desc, id desc'},
            'subject': {'label': request.env._('Subject'), 'order': 'name, id desc'},
            'stage': {'label': request.env._('Stage'), 'order': 'stage_id, id desc'},
        }

    def _get_ticket_filters(self):
        return {
            'all': {'label': request.env._('All'), 'domain': Domain.TRUE},
            'open': {'label': request.env._('Open'), 'domain': Domain('is_closed', '=', False)},
            'closed': {'label': request.env._('Closed'), 'domain': Domain('is_closed', '=', True)},
        }

    def _get_ticket_inputs(self):
        return {
            'all': {'input': 'all', 'label': request.env._('Search in All')},
            'name': {'input': 'name', 'label': request.env._('Search in Subject')},
            'ticket_ref': {'input': 'ticket_ref', 'label': request.env._('Search in Reference')},
            'description': {'input': 'description', 'label': request.env._('Search in Content')},
        }

    def _get_ticket_groupby(self):
        return {
            'none': {'label': request.env._('None'), 'field': None},
            'stage': {'label': request.env._('Stage'), 'field': 'stage_id'},
            'team': {'label': request.env._('Team'), 'field': 'team_id'},
        }

    def _get_searched_fields(self, search_in):
        return ('name', 'ticket_ref', 'description') if search_in == 'all' else (search_in,)

    def _search_ticket_page(self, tickets, domain, options, offset):
        """One page of tickets, in superuser mode: what they show of team and assignee is theirs."""
        order = options['searchbar_sortings'][options['sortby']]['order']
        if field := options['searchbar_groupby'][options['groupby']]['field']:
            order = f'{field}, {order}'
        # sudo: helpdesk.lite.ticket - those that were found for the user
        return tickets.search(domain, order=order, limit=PER_PAGE, offset=offset).sudo()

    def _group_tickets(self, tickets, groupby):
        """The tickets of a page by group: ``[(team or stage or None, tickets)]``."""
        field = self._get_ticket_groupby()[groupby]['field']
        if not field:
            return [(None, tickets)] if tickets else []
        return [
            (group, tickets.concat(*members))
            for group, members in group_by(tickets, itemgetter(field))]

    # ------------------------------------------------------------------
    # Page of a ticket
    # ------------------------------------------------------------------

    @http.route(
        '/my/ticket/<int:ticket_id>', type='http', auth='public', methods=['GET'], website=True,
        readonly=True, sitemap=False)
    def portal_my_ticket(self, ticket_id, access_token=None, **kw):
        """A ticket's page, for who may see it or brings the secret of its link."""
        ticket_sudo, secrets = self._get_portal_ticket(ticket_id, access_token, kw)
        if not ticket_sudo:
            return self._refuse_ticket(bool(access_token))
        if url := self._get_merged_url(ticket_sudo, secrets):
            return request.redirect(url)
        response = request.render(
            'helpdesk_lite_portal.portal_my_ticket',
            self._prepare_ticket_values(ticket_sudo, secrets, kw))
        # the address may hold the secret: it goes into no index, no cache and to no other site
        response.headers['Referrer-Policy'] = 'same-origin'
        response.headers['X-Robots-Tag'] = 'noindex'
        response.headers['Cache-Control'] = 'no-store'
        return response

    @http.route(
        '/my/ticket/<int:ticket_id>/close', type='http', auth='public', methods=['POST'],
        website=True, sitemap=False)
    def portal_close_ticket(self, ticket_id, access_token=None, **kw):
        """Close a ticket for its customer, where the team lets customers close."""
        ticket_sudo, secrets = self._get_portal_ticket(ticket_id, access_token, kw)
        if not ticket_sudo:
            return self._refuse_ticket(bool(access_token))
        if not ticket_sudo.team_id.allow_portal_ticket_closing:
            return request.make_response(
                request.env._('Tickets of this team are closed by the team.'), status=403)
        # superuser: helpdesk.lite.ticket - the public user has no address to write from
        ticket_sudo.with_user(SUPERUSER_ID)._close_as_customer(
            self._get_visitor_partner(ticket_sudo, secrets))
        return request.redirect(self._get_ticket_url(ticket_sudo, secrets))

    def _get_portal_ticket(self, ticket_id, access_token, kw):
        """The ticket that is asked for, if the visitor may see it.

        :return: ``(ticket in superuser mode, the visitor's secrets that are any)``; whoever is
            let in by a right, and not by a secret, has none
        """
        Ticket = request.env[TICKET]
        given = Ticket._clean_secrets({
            'token': access_token, 'hash': kw.get('hash'), 'pid': kw.get('pid')})
        ticket_sudo = Ticket._find_for_portal(
            ticket_id, token=given.get('token'), hash=given.get('hash'), pid=given.get('pid'))
        secrets = {}
        if ticket_sudo and ticket_sudo._has_portal_secret(token=given.get('token')):
            secrets['access_token'] = given['token']
        if ticket_sudo and ticket_sudo._has_portal_secret(
                hash=given.get('hash'), pid=given.get('pid')):
            secrets.update(hash=given['hash'], pid=given['pid'])
        return ticket_sudo, secrets

    def _refuse_ticket(self, had_token):
        """The same answer whether a ticket isn't there or isn't the visitor's."""
        if request.env.user._is_public() and not had_token:
            return request.redirect('/web/login?' + url_encode(
                {'redirect': request.httprequest.path.removesuffix('/close')}))
        response = request.render('helpdesk_lite_portal.portal_ticket_not_found', {
            'had_token': had_token})
        response.status_code = 404
        return response

    def _get_ticket_url(self, ticket_sudo, secrets):
        return ticket_sudo.access_url + (f'?{url_encode(secrets)}' if secrets else '')

    def _get_merged_url(self, ticket_sudo, secrets):
        """Where the page of the ticket is that stays, if the visitor may see it; else None."""
        if not ticket_sudo.merged_into_id:
            return None
        target_sudo = ticket_sudo.with_env(request.env)._get_merged_target(
            by_secret=bool(secrets), pid=secrets.get('pid'))
        return self._get_way_on(target_sudo, secrets) if target_sudo else None

    def _get_way_on(self, target_sudo, secrets):
        """The page of a ticket that continues the one whose page, or link, the visitor opened.

        A link gets one that is made for the other ticket, whose token is made here where it has
        none: Odoo then serves the request anew from a cursor that may write.
        """
        if target_sudo.with_env(request.env)._is_open_in_portal():
            return target_sudo.access_url
        own = {}
        token = target_sudo._portal_ensure_token()
        if 'access_token' in secrets:
            own['access_token'] = token
        if 'pid' in secrets:
            own.update(pid=secrets['pid'], hash=target_sudo._sign_token(int(secrets['pid'])))
        return self._get_ticket_url(target_sudo, own)

    def _get_visitor_partner(self, ticket_sudo, secrets):
        """Whose action it is: the user's, or that of the contact whom the link was sent to."""
        if not request.env.user._is_public():
            return request.env.user.partner_id
        if secrets.get('pid'):
            return ticket_sudo.env['res.partner'].browse(int(secrets['pid'])).exists()
        return ticket_sudo.partner_id

    def _prepare_ticket_values(self, ticket_sudo, secrets, kw):
        follow_up_sudo = ticket_sudo.with_env(request.env)._get_shown_follow_up(
            by_secret=bool(secrets), pid=secrets.get('pid'))
        can_post = (
            ticket_sudo.active and not ticket_sudo.merged_into_id and not follow_up_sudo)
        values = {
            **self._prepare_portal_layout_values(),
            'page_name': 'ticket', 'ticket': ticket_sudo, 'object': ticket_sudo,
            'attachments': ticket_sudo._get_public_attachments(),
            'description_open': not ticket_sudo._is_description_a_message(),
            'can_close': ticket_sudo._can_close_as_customer(),
            'close_url': f'{ticket_sudo.access_url}/close', 'secrets': secrets,
            'disable_composer': not can_post,
            'follow_up': follow_up_sudo,
            'follow_up_url': follow_up_sudo and self._get_way_on(follow_up_sudo, secrets),
            'reply_hint': self._get_reply_hint(ticket_sudo) if can_post else None,
            'answer_by': ticket_sudo._say_answer_by(
                self._get_visitor_partner(ticket_sudo, secrets)),
            'token': secrets.get('access_token'), 'hash': secrets.get('hash'),
            'pid': secrets.get('pid'),
            'is_agent': request.env.user._is_internal()
            and ticket_sudo.with_env(request.env).has_access('read'),
        }
        if not request.env.user._is_public():
            values.update(self._get_ticket_neighbours(ticket_sudo))
        return values

    def _get_ticket_neighbours(self, ticket_sudo):
        """The pages before and after in the list that the user looked at last.

        portal's own pager stores a token on each neighbour and shows it in the page.
        """
        history = request.session.get(HISTORY, [])
        if ticket_sudo.id not in history:
            return {}
        index = history.index(ticket_sudo.id)
        return {
            'prev_record': index > 0 and f'/my/ticket/{history[index - 1]}',
            'next_record': index + 1 < len(history) and f'/my/ticket/{history[index + 1]}',
        }

    def _get_reply_hint(self, ticket_sudo):
        """What an answer to a closed ticket does, said beforehand; None for an open one."""
        return ticket_sudo._get_reply_hint() if ticket_sudo.is_closed else None
