import { Chatter } from "@mail/chatter/web_portal/chatter";
import { Message } from "@mail/core/common/message";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";

import { Component, useState } from "@odoo/owl";

// Why a mail became a note: keys of the field helpdesk_lite_mail_status
const STATUSES = {
    stranger: {
        label: _t("Not on this ticket"),
        help: _t("Whoever wrote it is neither customer nor in Cc. Nobody outside was mailed."),
    },
    unproven: {
        label: _t("Sender not proven"),
        help: _t("It has the address of a colleague, but does not answer a mail that was sent to them. Nobody outside was mailed."),
    },
    internal: {
        label: _t("Answers a note"),
        help: _t("It answers an internal note. Nobody outside was mailed."),
    },
    others: {
        label: _t("Somebody else in To"),
        help: _t("It was also sent to somebody who is not on this ticket. Nobody else was mailed."),
    },
    colleague: {
        label: _t("Colleague without a right for Helpdesk"),
        help: _t("Whoever wrote it follows the ticket, but may not answer for the team. Nobody outside was mailed."),
    },
    machine: {
        label: _t("Automatic"),
        help: _t("A machine wrote it. It counts as no activity, and nobody outside was mailed."),
    },
    limited: {
        label: _t("Too many mails"),
        help: _t("This address sent more mails than are allowed. Nobody was mailed."),
    },
    apart: {
        label: _t("Kept apart"),
        help: _t("It is the mail of another customer, whose ticket was merged into this one. Neither reads the other's."),
    },
};

// What an agent may make of it: keys that the server sends, and the methods behind them
const ACTIONS = {
    add_to_cc: { label: _t("Add to Cc"), method: "helpdesk_lite_add_to_cc" },
    make_public: { label: _t("Make public"), method: "helpdesk_lite_make_public" },
    send: { label: _t("Send to the customer"), method: "helpdesk_lite_make_public" },
    not_automatic: { label: _t("Not automatic"), method: "helpdesk_lite_not_automatic" },
};

/** The badge of a mail on a ticket that became a note, and the buttons that make more of it. */
export class MailStatus extends Component {
    static template = "helpdesk_lite.MailStatus";
    static props = { message: Object };

    setup() {
        this.orm = useService("orm");
        this.store = useService("mail.store");
        this.state = useState({ busy: false });
    }

    get status() {
        return STATUSES[this.props.message.helpdesk_lite_mail_status];
    }

    get actions() {
        const { message } = this.props;
        const keys = message.thread?.hasWriteAccess ? message.helpdesk_lite_mail_actions : [];
        return (keys || [])
            .filter((key) => key in ACTIONS)
            .map((key) => ({ key, label: ACTIONS[key].label }));
    }

    async onClick(key) {
        const { message } = this.props;
        const thread = message.thread;
        this.state.busy = true;
        try {
            this.store.insert(
                await this.orm.call("mail.message", ACTIONS[key].method, [[message.id]])
            );
            await thread?.fetchNewMessages();
            await this.env.inChatter?.reloadParentView?.();
        } finally {
            this.state.busy = false;
        }
    }
}

patch(Message, { components: { ...Message.components, MailStatus } });

patch(Chatter.prototype, {
    get childSubEnv() {
        const env = super.childSubEnv;
        Object.assign(env.inChatter, { reloadParentView: this.reloadParentView?.bind(this) });
        return env;
    },
});
