import { Thread } from "@mail/core/common/thread";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

const NARROW = "(max-width: 575.98px)";

patch(Thread.prototype, {
    setup() {
        super.setup(...arguments);
        this.state.helpdeskShowsAll = false;
    },

    /** How many of the newest messages a ticket's page begins with: it is no endless page. */
    get helpdeskFirstCount() {
        return window.matchMedia(NARROW).matches ? 4 : 10;
    },

    get helpdeskIsShort() {
        const { thread, order } = this.props;
        return (
            this.env.inFrontendPortalChatter &&
            thread.model === "helpdesk.lite.ticket" &&
            order === "desc" &&
            !this.state.helpdeskShowsAll &&
            !this.messageHighlight?.highlightedMessageId &&
            super.orderedMessages.length > this.helpdeskFirstCount
        );
    },

    get helpdeskOlderLabel() {
        if (super.showLoadOlder) {
            return _t("Show older messages");
        }
        const count = super.orderedMessages.length - this.helpdeskFirstCount;
        return _t("Show older messages (%s)", count);
    },

    get orderedMessages() {
        const messages = super.orderedMessages;
        return this.helpdeskIsShort ? messages.slice(0, this.helpdeskFirstCount) : messages;
    },

    get showLoadOlder() {
        return super.showLoadOlder && !this.helpdeskIsShort;
    },
});
