import { Message } from "@mail/core/common/message";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(Message.prototype, {
    setup() {
        super.setup(...arguments);
        this.state.helpdeskOpened = false;
    },

    /** The line to which the message is folded; empty where it is shown as it is. */
    get helpdeskLine() {
        if (!this.message.isHelpdeskTickets || this.isEditing || this.props.messageSearch) {
            return "";
        }
        if (this.message.isHelpdeskAutomatic) {
            return this.message.helpdeskAutomaticLine;
        }
        if (this.message.isHelpdeskDescription(this.env.getHelpdeskDescription?.())) {
            return _t("First message: see Description");
        }
        return "";
    },

    get attClass() {
        return {
            ...super.attClass,
            "o-helpdesk-lite-closed": Boolean(this.helpdeskLine) && !this.state.helpdeskOpened,
        };
    },
});
