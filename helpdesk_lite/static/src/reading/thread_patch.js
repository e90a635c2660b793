import { Thread } from "@mail/core/common/thread";
import { useEffect } from "@odoo/owl";

import { patch } from "@web/core/utils/patch";
import { getSeen, setSeen } from "./seen";

patch(Thread.prototype, {
    setup() {
        super.setup(...arguments);
        // what was seen before this look: a chatter makes a new component for each ticket
        this.helpdeskSeen = this.helpdeskIsTicket && getSeen(this.props.thread.id);
        useEffect(
            (isLoaded, newestId) => {
                if (this.helpdeskIsTicket && isLoaded && newestId && !document.hidden) {
                    setSeen(this.props.thread.id, newestId);
                }
            },
            () => [this.state.mountedAndLoaded, this.props.thread.newestPersistentMessage?.id]
        );
    },

    get helpdeskIsTicket() {
        const { thread } = this.props;
        return Boolean(
            this.env.inChatter &&
                !this.env.inFrontendPortalChatter &&
                thread.model === "helpdesk.lite.ticket" &&
                thread.id
        );
    },

    /** Whether a message came after the user's last look, and from somebody else. */
    helpdeskIsNew(message) {
        return (
            Boolean(message) &&
            this.helpdeskSeen !== undefined &&
            message.id > this.helpdeskSeen &&
            !message.isSelfAuthored
        );
    },

    /** Whether the line that parts what is new from the rest stands above a message. */
    helpdeskHasLine(message, previous) {
        if (!this.helpdeskIsTicket || !this.helpdeskSeen || !previous) {
            return false;
        }
        const isOld = message.id <= this.helpdeskSeen;
        const wasOld = previous.id <= this.helpdeskSeen;
        if (isOld === wasOld) {
            return false;
        }
        return this.orderedMessages.some((other) => this.helpdeskIsNew(other));
    },
});
