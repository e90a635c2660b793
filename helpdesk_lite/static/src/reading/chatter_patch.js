import { Chatter } from "@mail/chatter/web_portal/chatter";

import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { patch } from "@web/core/utils/patch";

const SETTING = "helpdesk_lite_order";

patch(Chatter.prototype, {
    setup() {
        super.setup(...arguments);
        this.state.helpdeskOrder = user.settings?.[SETTING] || "desc";
    },

    get childSubEnv() {
        return Object.assign(super.childSubEnv, {
            getHelpdeskDescription: () => this.props.record?.data.description,
        });
    },

    get helpdeskIsTicket() {
        return this.props.threadModel === "helpdesk.lite.ticket";
    },

    /** Newest first or last: each user's choice, on tickets. */
    get helpdeskOrder() {
        return this.helpdeskIsTicket ? this.state.helpdeskOrder : "desc";
    },

    get helpdeskOrderLabel() {
        return this.helpdeskOrder === "asc"
            ? _t("Show the newest message first")
            : _t("Show the newest message last");
    },

    async onClickHelpdeskOrder() {
        this.state.helpdeskOrder = this.helpdeskOrder === "asc" ? "desc" : "asc";
        await user.setUserSettings(SETTING, this.state.helpdeskOrder);
    },

    /** On a phone the composer is far from the button that opens it. */
    onClickHelpdeskReply() {
        this.toggleComposer("message", { force: true });
        this.rootRef.el?.scrollIntoView({ block: "start" });
    },
});
